import { abandonRollout, type RolloutStatus } from "@lateen/fleet";
import type { Verdict } from "@lateen/kernel";
import type { CommandResult } from "../command.ts";
import type { Context } from "../context.ts";
import { fleetIdentity } from "../../pipeline/steps/fleet-identity.ts";
import { openWriterJob } from "../open-writer-job.ts";

/** Gives the journal's rollout up; no tenant is touched. */
export async function abandon(context: Context): Promise<CommandResult> {
  const job = await openWriterJob(context, "fleet");
  const { journal } = await job.wiring.fleet();
  const reason = context.args.text("reason") ?? "abandoned on the command line";
  const verdict: Verdict<RolloutStatus> = await abandonRollout(
    { reason: `${reason} (${job.actor})`, fleet: fleetIdentity(job.settings) },
    { journal, clock: job.wiring.clock },
  );
  const commit = verdict.value?.release.sha;
  const what = verdict.value?.purpose?.kind === "rollback" ? "rollback to" : "rollout of";
  const known = { ...(commit === undefined ? {} : { commit }), evidence: verdict.evidence };
  if (verdict.kind === "stop")
    return { outcome: verdict.outcome, document: { code: verdict.code, reason: verdict.reason, ...known }, answer: "" };
  return {
    outcome: context.dryRun ? "planned" : "ok",
    document: { reason, ...known },
    answer: context.dryRun
      ? `would abandon the ${what} ${commit}; nothing was written`
      : `abandoned the ${what} ${commit}; tenants stay as they are`,
  };
}
