import { ReleaseError } from "@lateen/kernel";
import { redactText } from "../http/redact-text.ts";
import { describeEnd } from "./decide-exit.ts";
import type { CommandResult } from "./run-command.ts";

/** The error of a command that was to answer a question. */
export function commandFailed(what: string, result: CommandResult): ReleaseError {
  const { kind } = result.end;
  return new ReleaseError({
    code: kind === "not-started" ? "EXEC_NOT_STARTED" : "EXEC_FAILED",
    category: kind === "interrupted" ? "interrupted" : "unavailable",
    retryable: false,
    message: `${what} ${describeEnd(result.end)}${lastWords(result)}`,
    fix:
      kind === "not-started"
        ? "install the program, or correct the command"
        : "run the command by hand to see its error",
  });
}

/** The last line of standard error, with what looks like a secret taken out. */
export function lastWords({ stderr }: CommandResult): string {
  const last = stderr.trimEnd().split("\n").at(-1)?.trim() ?? "";
  return last === "" ? "" : `: ${redactText(last)}`;
}
