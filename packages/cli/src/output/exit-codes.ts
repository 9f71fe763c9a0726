import type { ReleaseError } from "@lateen/kernel";
import { errorExitCodes, type ExitCodeRow, type Outcome, outcomeExitCodes } from "./exit-codes.table.ts";

/** Options and facts that decide the exit code in addition to the outcome. */
export interface ExitOptions {
  readonly command: string;
  /** `--detailed-exitcode`. */
  readonly detailed: boolean;
  /** True if a plan found anything to do. */
  readonly changes?: boolean | undefined;
}

/** The exit code of a command that ended with `outcome`. */
export function exitCodeOf(outcome: Outcome, { command, detailed, changes = false }: ExitOptions): number {
  // The convention of the job helper that `superseded` replaces: 0 yes, 10 no.
  if (command === "superseded" && outcome === "superseded") return 0;
  if (detailed && command === "plan" && outcome === "planned") return changes ? 13 : 0;
  const row = outcomeExitCodes.find((candidate) => candidate.outcome === outcome);
  // `lateen gate && ./deploy` is the interface of the gate: what is not open must not look like success.
  return (detailed || command === "gate" ? row?.detailed : undefined) ?? row?.exit ?? 1;
}

/** The exit code of an error that ended a command. */
export function errorExitCode(error: ReleaseError): number {
  return errorExitCodes.find((row) => row.outcome === error.category)?.exit ?? 1;
}

/**
 * The outcome that a result document states for an error: a fact that could not be read is `unknown` and a state that
 * forbids the work is `refused`, as the table of exit codes has it; everything else is `error`.
 */
export function errorOutcome(error: ReleaseError): Outcome {
  if (error.category === "unavailable") return "unknown";
  return error.category === "state" ? "refused" : "error";
}

/** A row as help pages show it: the code, in brackets that of `--detailed-exitcode`, the outcome, and what it means. */
export function exitCodeColumns({ outcome, exit, detailed, meaning }: ExitCodeRow): readonly [string, string] {
  const code = `${String(exit).padStart(3)}${detailed === undefined ? "     " : ` (${detailed})`}`;
  return [`${code}  ${outcome}`, meaning];
}
