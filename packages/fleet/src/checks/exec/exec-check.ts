import { absent, found, plainText, type Reading, type ReleaseError, unknown } from "@lateen/kernel";
import { findProgram } from "../../exec/find-program.ts";
import { type CommandResult, createRunCommand, type RunCommand } from "../../exec/run-command.ts";
import { fillArguments } from "../../exec/template.ts";
import { redactText } from "../../http/redact-text.ts";
import type { CheckContext, FleetCheck, Measurement } from "../check.ts";
import { namesTenant } from "../fill.ts";
import type { FleetCheckOptions } from "../fleet-check-options.ts";
import { fleetError } from "../../errors.ts";

/** A program whose exit code is the verdict. */
export interface ExecCheckOptions extends FleetCheckOptions {
  /** Program and arguments; `{slug}`, `{sha}`, `{tag}` and `{wave}` are filled in. No shell reads them. */
  readonly exec: readonly [string, ...string[]];
  /** The whole environment of the program. */
  readonly env: Readonly<Record<string, string>>;
  /** Folder that it starts in. */
  readonly cwd: string;
  /** @default a process group of its own */
  readonly run?: RunCommand | undefined;
}

/** Exit code of a program that cannot say: EX_TEMPFAIL of sysexits.h. */
const exitUnknown = 75;
/** Maximum output that is kept, in bytes: its last line is the reason. */
const maxBytes = 16 * 1024;
/** The deadline of the check ends the program, so that this one is never reached. */
const longestMs = 24 * 3_600_000;

/**
 * A check that runs a program: exit 0 passed, 75 unknown, any other failed.
 *
 * A program that cannot be started, or that a signal or the deadline ends, has not said anything: unknown.
 */
export function createExecCheck(options: ExecCheckOptions): FleetCheck {
  const { name, at, exec, env, cwd, clock, run = createRunCommand(clock) } = options;
  return {
    name,
    at,
    kind: "exec",
    perTenant: namesTenant(exec),
    about: plainText(exec.join(" "), 200),
    hasEffects: true,
    policy: options,
    // A name with a placeholder in it is known at the step only.
    reach: exec[0].includes("{") ? undefined : () => reachProgram(options),
    async observe(context, signal) {
      const [program = "", ...args] = fillArguments(exec, valuesOf(context));
      const command = plainText([program, ...args].join(" "), 200);
      const argv = [program, ...args] as const;
      const result = await run({ argv, cwd, env, timeoutMs: longestMs, maxBytes, onExcess: "drop" }, signal);
      return readEnd(result, command, clock.now());
    },
  };
}

async function reachProgram(options: ExecCheckOptions): Promise<Reading<string>> {
  const program = plainText(options.exec[0], 200);
  const path = await findProgram(options.exec[0], options);
  return path === undefined ? absent(`there is no program ${program}`) : found(`${plainText(path, 200)} is there`);
}

function valuesOf({ slug, sha, tag, wave }: CheckContext): Readonly<Record<string, string>> {
  return { sha, wave, ...(tag === undefined ? {} : { tag }), ...(slug === undefined ? {} : { slug }) };
}

function readEnd(result: CommandResult, command: string, takenAt: number): Reading<Measurement> {
  const { end } = result;
  const sample = { source: command, query: command, takenAt };
  if (end.kind !== "exited") return unknown(noAnswer(command, words[end.kind]));
  if (end.code === exitUnknown) return unknown(noAnswer(command, `cannot say${lastWords(result)}`));
  const fact = `exit ${end.code}${lastWords(result)}`;
  return found({ kind: "judged", passed: end.code === 0, fact, value: String(end.code), ...sample });
}

const words = {
  killed: "was ended by a signal",
  "timed-out": "did not end in time",
  "too-much-output": "printed too much",
  interrupted: "did not end in time",
  "not-started": "could not be started",
} as const;

/** The last line that it printed, with what looks like a secret taken out; errors first. */
function lastWords({ stdout, stderr }: CommandResult): string {
  const lines = `${stdout}\n${stderr}`.split("\n").map((line) => line.trim());
  const last = lines.findLast((line) => line !== "");
  return last === undefined ? "" : `: ${redactText(last)}`;
}

function noAnswer(command: string, what: string): ReleaseError {
  return fleetError("CHECK_NO_ANSWER", "unavailable", {
    message: `${command} ${what}`,
    fix: "run it by hand to see its error",
  });
}
