import { conclude, shippedOr } from "../../output/conclude.ts";
import type { Command } from "../command.ts";

export const plan: Command = {
  about:
    "Everything that ship would do, with all its reads and refusals and no write: tenants by wave and tags, before and after. An armed kill switch is reported and does not stop it.",
  examples: [
    ["lateen plan --sha abcdef1", "what ship would do with this commit"],
    ["lateen plan --detailed-exitcode", "13 if there is something to do"],
  ],
  async run(context) {
    const [{ openWriterJob }, { foresee }, { ship }, { ignoreKillSwitch }, { after }] = await Promise.all([
      import("../open-writer-job.ts"),
      import("../../pipeline/expected/foresee.ts"),
      import("../../pipeline/ship.ts"),
      import("../../pipeline/guards/ignore-kill-switch.ts"),
      import("../../pipeline/evidence.ts"),
    ]);
    const { job, evidence, held } = await ignoreKillSwitch(await openWriterJob({ ...context, dryRun: true }));
    const verdict = await foresee(job, await ship(job, { wait: false, settle: false }));
    const { outcome, reason } = shippedOr(verdict, true);
    const ending = {
      command: "plan",
      dryRun: true,
      outcome,
      reason: [reason, held].filter((part) => part !== "").join("; "),
    };
    return conclude(after(evidence, verdict), ending);
  },
};
