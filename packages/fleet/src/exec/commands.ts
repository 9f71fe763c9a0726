import { type Clock, createLimit, systemClock } from "@lateen/kernel";
import { type CommandTemplate, parseCommand, refusePlaceholders } from "./command-template.ts";
import { releaseFields } from "./release-values.ts";
import { steadyClock } from "../steps/steady-clock.ts";
import { createRunCommand, type RunCommand } from "./run-command.ts";

/** A fleet that commands enumerate, move and prove. */
export interface ExecFleetOptions {
  /** Name for reports; every tenant carries it. */
  readonly name: string;
  /** Prints one JSON object for each tenant and line, with at least a `slug`. Takes no placeholders. */
  readonly enumerate: string | readonly string[];
  /** Moves one tenant: `{slug}`, `{tag}`, `{sha}`, `{digest}` and every field of its row are filled in. */
  readonly move: string | readonly string[];
  /** Prints the commit that a tenant runs; knows its row, and not the release. @default none */
  readonly proof?: string | readonly string[] | undefined;
  /** Commands are single strings for `/bin/sh -c`, with every placeholder quoted. @default false */
  readonly shell?: boolean | undefined;
  /** The whole environment of the commands. */
  readonly env: Readonly<Record<string, string>>;
  /** Folder that the commands start in. */
  readonly cwd: string;
  /** Longest time of one move with its retries, in milliseconds. @default 600000 */
  readonly timeoutMs?: number | undefined;
  /** Longest time of one enumeration, in milliseconds. @default 120000 */
  readonly enumerateTimeoutMs?: number | undefined;
  /** Longest time of one proof, in milliseconds. @default 30000 */
  readonly proofTimeoutMs?: number | undefined;
  /** Moves at a time, and as many proofs. @default 32 */
  readonly concurrency?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** Settings shared by the commands of one fleet. */
export interface Commands {
  readonly name: string;
  readonly enumerate: CommandTemplate;
  readonly move: CommandTemplate;
  readonly proof: CommandTemplate | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly enumerateTimeoutMs: number;
  readonly proofTimeoutMs: number;
  readonly concurrency: number;
  /** A look of a wave is several processes for each of its tenants; more than these wait for their turn. */
  readonly limitProofs: ReturnType<typeof createLimit>;
  readonly clock: Clock;
  readonly run: RunCommand;
}

/**
 * Fills the defaults in, and refuses what could never be run.
 *
 * @throws ReleaseError `EXEC_COMMAND_INVALID` `EXEC_PLACEHOLDER_UNKNOWN` `EXEC_PLACEHOLDER_QUOTED`
 */
export function resolveCommands(options: ExecFleetOptions): Commands {
  const clock = steadyClock(options.clock ?? systemClock);
  const { name, shell = false, timeoutMs = 600_000, concurrency = 32 } = options;
  const enumerate = parseCommand("enumerate", options.enumerate, shell);
  const move = parseCommand("move", options.move, shell);
  const proof = options.proof === undefined ? undefined : parseCommand("proof", options.proof, shell);
  // The list of tenants does not depend on the release, and a proof that knew the target could repeat it.
  refusePlaceholders(enumerate, () => true);
  if (proof !== undefined) refusePlaceholders(proof, (placeholder) => releaseFields.includes(placeholder));
  const { enumerateTimeoutMs = 120_000, proofTimeoutMs = 30_000, env, cwd } = options;
  const times = { timeoutMs, enumerateTimeoutMs, proofTimeoutMs };
  const limitProofs = createLimit(concurrency);
  const run = createRunCommand(clock);
  return { name, enumerate, move, proof, env, cwd, ...times, concurrency, limitProofs, clock, run };
}
