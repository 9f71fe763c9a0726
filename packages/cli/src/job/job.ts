import type { Guard, Wishes } from "@lateen/fleet";
import type { countSupersededInARow } from "@lateen/gate";
import type { Clock, CommitSha } from "@lateen/kernel";
import type { Environment } from "../config/layers.ts";
import type { Settings } from "../config/load.ts";
import type { Files } from "../io/files.ts";
import type { AnyEvent } from "../output/events.ts";
import type { Wiring } from "../wiring/wiring.ts";

type Attempt = Parameters<typeof countSupersededInARow>[0][number];

export interface JobHost {
  /** Variables: the kill switch at the start of the job, the address of the run. */
  readonly env: Environment;
  readonly clock: Clock;
  readonly files: Files;
}

/** Keeps a rollout from starting anything new for a while. */
export interface Hold {
  /** Resolves once the rollout may continue; at once if it is not paused. @throws ReleaseError `INTERRUPTED` */
  whileRunning(clock: Clock, signal: AbortSignal): Promise<void>;
}

/** One run of one command over the adapters: what every stage works with. */
export interface Job {
  readonly host: JobHost;
  /** Gets every event. */
  readonly report: (event: AnyEvent) => void;
  /** Aborted to stop: nothing new is started, and what is in flight settles. */
  readonly signal: AbortSignal;
  /** Reasons by the name of the check that they waive. */
  readonly overrides: ReadonlyMap<string, string>;
  /** Actor, for the ledger. */
  readonly actor: string;
  /** True if writes are recorded instead of done. */
  readonly dryRun: boolean;
  /** Holds a rollout between two steps, and a release between two stages. @default never */
  readonly pause?: Hold | undefined;
  /** Pause and continue of people elsewhere, kept in the journal: once one is read, no call starts. @default none */
  readonly wishes?: Wishes | undefined;
  /** Further conditions of a rollout, such as a freeze that is kept elsewhere; a rollback is stopped by none. @default [] */
  readonly guards?: readonly Guard[] | undefined;
  readonly settings: Settings;
  readonly wiring: Wiring;
  /** Releases before this one that gave way or finished, oldest first; what the starvation guard counts. @default none */
  readonly past?: readonly Attempt[] | undefined;
  /** Why a person does this, for the ledger. @default it says that the pipeline did */
  readonly reason?: string | undefined;
  /** The full commit that is meant; asks the forge for an abbreviated one. @throws ReleaseError, exit code 2, 4 or 7 */
  commit(): Promise<CommitSha>;
  /** The commit that is meant, if it is named in full; asks nothing and never throws. */
  fullCommit(): CommitSha | undefined;
  /** The commit that the branch was on before the push of `commit`, where the event says. */
  before(commit: CommitSha): CommitSha | undefined;
}

/** The reasons of waived checks, as stages take them. */
export function waivedOf(job: Pick<Job, "overrides">): Readonly<Record<string, string>> {
  return Object.fromEntries(job.overrides);
}

/** The address of this very run, for the ledger; undefined outside of a job. */
export function runUrlOf({ host }: Pick<Job, "host">): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = host.env;
  return server && repository && run ? `${server}/${repository}/actions/runs/${run}` : undefined;
}
