import { randomUUID } from "node:crypto";
import type { Wish } from "@lateen/fleet";
import { plainText } from "@lateen/kernel";
import { usageError } from "../../config/errors.ts";
import { short } from "../../output/text/line.ts";
import { fleetIdentity } from "../../pipeline/steps/fleet-identity.ts";
import type { CommandResult } from "../command.ts";
import type { Context } from "../context.ts";
import { openWriterJob } from "../open-writer-job.ts";

/** Asks the process that drives the rollout to pause, to continue or to stop; this one moves nothing. */
export async function wishOf(context: Context, kind: Wish["kind"]): Promise<CommandResult> {
  const reason = context.args.text("reason")?.trim();
  if (kind !== "continue" && (reason ?? "") === "")
    throw usageError(`--${kind} needs a reason`, `write --reason 'why'; the journal keeps it`);
  const job = await openWriterJob(context, "fleet");
  const [{ journal, wishes }, { findWishTarget }] = await Promise.all([job.wiring.fleet(), import("@lateen/fleet")]);
  const target = await findWishTarget(journal, fleetIdentity(job.settings));
  if (target.kind === "stop") {
    const { outcome, code, reason: why } = target;
    return { outcome, document: { code, reason: why }, answer: "" };
  }
  const { id: rollout, release } = target.value;
  const about = reason === undefined || reason === "" ? {} : { reason: plainText(reason, 1_000) };
  const by = { actor: job.actor, ...about, id: randomUUID(), rollout, at: job.host.clock.now() };
  if (!context.dryRun) await wishes.ask({ kind, ...by });
  const said = `${context.dryRun ? "would ask" : "asked"} the rollout of ${short(release.sha)} to ${kind}`;
  return {
    outcome: context.dryRun ? "planned" : "ok",
    document: { reason: said, commit: release.sha, next: nextOf(kind) },
    answer: `${said}; the process that drives it reads that within seconds`,
  };
}

function nextOf(kind: Wish["kind"]): readonly string[] {
  return kind === "pause" ? ["lateen watch", "lateen rollout --continue"] : ["lateen watch"];
}
