import type { Attempt } from "@lateen/gate";
import { asReleaseError, type CommitSha } from "@lateen/kernel";
import type { Section } from "../config/config.ts";
import type { Settings } from "../config/load.ts";
import type { Context } from "../commands/context.ts";
import type { Host } from "../host.ts";
import type { Pause } from "../io/pause.ts";
import { pushBefore, readEventPayload } from "./event-payload.ts";
import { namedCommit, whichCommit } from "./resolve-commit.ts";
import { type Wiring, wire } from "../wiring/wiring.ts";

/** One run of one command over the adapters: what every stage works with. */
export interface Job extends Pick<Context, "report" | "signal" | "overrides" | "actor" | "dryRun"> {
  /** Lets a person hold a rollout between two steps. @default nobody does */
  readonly pause?: Pause | undefined;
  readonly host: Pick<Host, "env" | "clock" | "files">;
  readonly settings: Settings;
  readonly wiring: Wiring;
  /** Releases before this one that gave way or finished, oldest first; what the starvation guard counts. @default none */
  readonly past?: readonly Attempt[] | undefined;
  /** Why a person does this, for the ledger. @default it says that the pipeline did */
  readonly reason?: string | undefined;
  /** The full commit that is meant; asks the forge for an abbreviated one. @throws ReleaseError, exit code 2, 4 or 7 */
  commit(): Promise<CommitSha>;
  /** The commit that the branch was on before the push of `commit`, where the event tells. */
  before(commit: CommitSha): CommitSha | undefined;
}

/** Opens the configuration with the sections that are needed, and everything that it names. */
export async function openJob(context: Context, ...needs: readonly Section[]): Promise<Job> {
  const { host, vault, report, signal, overrides, actor, args, dryRun, pause } = context;
  const settings = await context.settings(...needs);
  const wiring = wire({ settings, env: host.env, files: host.files, clock: host.clock, vault, report });
  const resolve =
    settings.config.forge === undefined
      ? undefined
      : async (prefix: string, stop?: AbortSignal) => (await wiring.forge()).resolve(prefix, stop);
  return {
    host,
    report,
    signal,
    overrides,
    actor,
    dryRun,
    pause,
    settings,
    wiring,
    reason: args.text("reason"),
    commit: () => whichCommit(namedCommit(args.text("sha"), host.env, host.files), resolve, signal),
    before: (commit) => beforeOf(context, settings, commit),
  };
}

/** Without a readable event the gate asks the forge what was before the push. */
function beforeOf({ host, report }: Context, { config }: Settings, commit: CommitSha): CommitSha | undefined {
  try {
    return pushBefore(readEventPayload(host.env, host.files), commit, config.forge?.branch ?? "main");
  } catch (error) {
    report({ type: "warned", message: asReleaseError(error).message });
    return undefined;
  }
}

/** The image tag of a commit by the template `release.candidate`. */
export function candidateTag(template: string, sha: string): string {
  return template
    .replaceAll("{sha12}", sha.slice(0, 12))
    .replaceAll("{sha7}", sha.slice(0, 7))
    .replaceAll("{sha}", sha);
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
