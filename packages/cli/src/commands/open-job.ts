import { asReleaseError, type CommitSha } from "@lateen/kernel";
import type { Section } from "../config/config.ts";
import type { Settings } from "../config/load.ts";
import { pushBefore, readEventPayload } from "../job/event-payload.ts";
import type { Job } from "../job/job.ts";
import { fullCommit, namedCommit, resolveCommit } from "../job/resolve-commit.ts";
import { wire } from "../wiring/wiring.ts";
import type { Context } from "./context.ts";

/** Opens the configuration with the sections that are needed, and everything that it names. */
export async function openJob(context: Context, ...needs: readonly Section[]): Promise<Job> {
  const { host, vault, report, signal, overrides, actor, args, dryRun, pause } = context;
  const settings = await context.settings(...needs);
  const wiring = wire({ settings, env: host.env, files: host.files, clock: host.clock, vault, report });
  const resolve =
    settings.config.forge === undefined
      ? undefined
      : async (prefix: string, stop?: AbortSignal) => (await wiring.forge()).resolve(prefix, stop);
  const named = () => namedCommit(args.text("sha"), host.env, host.files);
  return {
    host,
    report,
    signal,
    overrides,
    actor,
    dryRun,
    wishes: pause,
    settings,
    wiring,
    reason: args.text("reason"),
    commit: () => resolveCommit(named(), resolve, signal),
    fullCommit: () => fullCommit(named),
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
