import { conclude, shippedOr } from "../../output/conclude.ts";
import type { Command } from "../command.ts";

/** `lateen promote`. */
export const promote: Command = {
  about:
    "Moves the promoted tags of all images to a commit's candidates: plan, prepare, commit to the ledger, apply, settle.",
  options: { reason: { value: "TEXT", about: "why; the ledger keeps it" } },
  examples: [["lateen promote --sha abcdef1", "after the fleet was verified"]],
  async run(context) {
    const [
      { openWriterJob },
      { holdBeforeAnything, passKillSwitch, promotionGuards, recheckKillSwitch },
      { checkTargets, promoteTargets },
      { walk },
    ] = await Promise.all([
      import("../../job/open-writer-job.ts"),
      import("../../pipeline/guards/guards.ts"),
      import("../../pipeline/steps/promote.ts"),
      import("../../pipeline/run-pipeline.ts"),
    ]);
    const job = await openWriterJob(context, "release", "promote", "forge");
    const held = holdBeforeAnything(job);
    if (held.kind === "stop") return conclude(held, { outcome: "unchanged", reason: "" });
    await Promise.all([
      job.wiring.forge(),
      ...(job.settings.config.promote?.targets ?? []).map(({ name }) => job.wiring.ledger(name)),
    ]);
    job.wiring.demandSecrets();
    // Several targets are all proven before the first is promoted; one proves itself.
    const check = (job.settings.config.promote?.targets.length ?? 0) > 1 ? [checkTargets] : [];
    const guards = promotionGuards(job);
    const road = [...guards, passKillSwitch, ...check, promoteTargets([recheckKillSwitch, ...guards])];
    const verdict = await walk(job, { commit: await job.commit() }, road);
    return conclude(verdict, shippedOr(verdict, context.dryRun));
  },
};
