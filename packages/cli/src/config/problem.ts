import type { ReleaseError } from "@lateen/kernel";
import { cliError } from "./errors.ts";
import { withoutTokens } from "./token-text.ts";

/** One thing that is wrong with the configuration. */
export interface Problem {
  /** The file, or the name of an environment variable. */
  readonly where: string;
  /** From 1; absent if the source has no lines. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** The key, such as `gate.checks[0]`. */
  readonly key: string;
  /** The problem and its fix. */
  readonly message: string;
}

/** `lateen.yaml:12:5: gate.timeout: must be …`; a token in it is not shown. */
export function formatProblem(problem: Problem): string {
  const position = problem.line === undefined ? "" : `:${problem.line}:${problem.column ?? 1}`;
  return withoutTokens(
    `${problem.where}${position}: ${problem.key === "" ? "" : `${problem.key}: `}${problem.message}`,
  );
}

/** All problems as one error: exit code 2. */
export function configError(problems: readonly Problem[]): ReleaseError {
  const [first] = problems;
  const one = problems.length === 1 && first !== undefined;
  return cliError("CONFIG_INVALID", "input", {
    message: one ? formatProblem(first) : `the configuration has ${problems.length} problems`,
    why: one ? undefined : problems.map(formatProblem).join("\n"),
    fix: "correct the configuration; nothing was touched",
  });
}

/** A path of keys as text: `gate.checks[0]`. */
export function formatKey(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${quoteKey(String(part))}`,
    )
    .join("");
}

function quoteKey(key: string): string {
  return /^[\w$-]+$/.test(key) ? key : JSON.stringify(key);
}
