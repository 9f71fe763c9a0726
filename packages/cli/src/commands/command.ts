import type { ReleaseError } from "@lateen/kernel";
import type { Context } from "./context.ts";
import type { Outcome } from "../output/exit-codes.table.ts";
import type { Arguments, Options } from "../command-line/arguments.ts";
import type { ResultDocument } from "../output/result.ts";

export interface CommandResult {
  readonly outcome: Outcome;
  /** Fields of the document next to `schemaVersion`, `command` and `outcome`. */
  readonly document: Omit<ResultDocument, "schemaVersion" | "command" | "outcome">;
  /** Text for standard output in text mode; without a newline at its end. */
  readonly answer: string;
  /** True if the answer is a text for programs, whose lines stay as they are at a terminal too. @default false */
  readonly verbatim?: boolean | undefined;
  /** True if a plan found anything to do. */
  readonly changes?: boolean | undefined;
  /** Error next to the outcome: printed in three parts. */
  readonly error?: ReleaseError | undefined;
  /** Next steps, one sentence each; on standard error. */
  readonly advice?: readonly string[] | undefined;
}

/** Arguments that are not options. */
export interface Positionals {
  /** As in the usage line: `SOURCE TAG…`. */
  readonly usage: string;
  readonly least: number;
  readonly most: number;
}

/** A command of the program: what it accepts, and what it does. */
export interface Command {
  /** One or two sentences below the usage line. */
  readonly about: string;
  readonly positionals?: Positionals;
  readonly options?: Options;
  /** True if these arguments only hold production back, so that a person is not asked first. @default never */
  readonly isSafe?: (args: Arguments) => boolean;
  /** Files that are read: a result file that is one of them is left as it is. */
  readonly reads?: (args: Arguments) => readonly string[];
  /** Command lines with what they are for. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  run(context: Context): Promise<CommandResult>;
}

/** A row of the table of commands; loading the command itself is put off until it is used. */
export interface CommandRow {
  readonly name: string;
  readonly summary: string;
  /** True if it changes production: it then has `--dry-run` and `--yes`, and asks at a terminal. */
  readonly writes: boolean;
  load(): Promise<Command>;
}
