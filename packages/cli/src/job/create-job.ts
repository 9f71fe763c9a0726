import type { Guard, Wishes } from "@lateen/fleet";
import type { Environment } from "../config/layers.ts";
import type { Settings } from "../config/load.ts";
import { type Files, machineFiles } from "../io/files.ts";
import type { Hold, Job } from "./job.ts";
import { checkOverrides } from "./overrides.ts";
import { asDryRun } from "./dry-run/as-dry-run.ts";
import type { AnyEvent } from "../output/events.ts";
import { fullCommit, resolveCommit } from "./resolve-commit.ts";
import type { Wiring } from "../wiring/wiring.ts";

/** Settings of a program for its job; everything else has a default. */
export interface JobOptions {
  readonly settings: Settings;
  readonly wiring: Wiring;
  /** The commit, in full or abbreviated to 7 digits or more; the forge is asked for an abbreviated one. */
  readonly sha: string;
  /** Actor, for the ledger. */
  readonly actor: string;
  /** Why, for the ledger. @default it says that the pipeline did */
  readonly reason?: string | undefined;
  /** Reasons by the name of the check that they waive. @default {} */
  readonly overrides?: Readonly<Record<string, string>>;
  /** Remembers every write instead of doing it. @default false */
  readonly dryRun?: boolean;
  /** Variables of the job: the kill switch at its start, the address of the run. @default {} */
  readonly env?: Environment;
  /** @default machineFiles */
  readonly files?: Files;
  /** Gets every event. @default no one does */
  readonly report?: (event: AnyEvent) => void;
  /** Holds a rollout between two steps. @default never */
  readonly pause?: Hold;
  /** Pause and continue of people elsewhere; read while the fleet is rolled. @default none */
  readonly wishes?: Wishes;
  /** Further conditions of a rollout; a rollback is stopped by none. @default [] */
  readonly guards?: readonly Guard[];
  /** Stops it: nothing new is started then, and what is in flight settles. @default nothing does */
  readonly signal?: AbortSignal;
}

/**
 * The job that `ship` takes, of a program that brings its own configuration and wiring.
 *
 * @throws ReleaseError `USAGE` for an override that waives nothing
 */
export async function createJob(options: JobOptions): Promise<Job> {
  const { settings, wiring, sha, actor, reason, dryRun = false, env = {}, files = machineFiles } = options;
  const { report = () => undefined, pause, wishes, guards, signal = new AbortController().signal } = options;
  const overrides = new Map(Object.entries(options.overrides ?? {}));
  await checkOverrides({ overrides, settings });
  const resolve = async (prefix: string, stop?: AbortSignal) => (await wiring.forge()).resolve(prefix, stop);
  const job: Job = {
    host: { env, files, clock: wiring.clock },
    settings,
    wiring,
    report,
    signal,
    overrides,
    actor,
    reason,
    pause,
    wishes,
    guards,
    dryRun: false,
    commit: () => resolveCommit({ text: sha, source: "sha" }, settings.config.forge && resolve, signal),
    fullCommit: () => fullCommit(() => ({ text: sha, source: "sha" })),
    before: () => undefined,
  };
  return dryRun ? asDryRun(job) : job;
}
