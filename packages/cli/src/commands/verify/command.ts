import { conclude } from "../../output/conclude.ts";
import { onlyOption, readOnly } from "../../job/tenant-selection.ts";
import type { Command } from "../command.ts";

/** `lateen verify`. */
export const verify: Command = {
  about: "Asks every tenant which commit it runs, and accounts for all of them.",
  options: onlyOption,
  examples: [["lateen verify --sha abcdef1", "is the whole fleet on this commit?"]],
  async run(context) {
    const only = readOnly(context.args);
    const [{ openJob }, { verifyStep }, { walk }, { checkOverrides }] = await Promise.all([
      import("../../job/job.ts"),
      import("../../pipeline/steps/roll-out.ts"),
      import("../../pipeline/run-pipeline.ts"),
      import("../../job/overrides.ts"),
    ]);
    const job = await openJob(context, "fleet", "release");
    await checkOverrides(job);
    await job.wiring.fleet();
    job.wiring.demandSecrets();
    const verdict = await walk(job, { commit: await job.commit() }, [verifyStep(only)]);
    return conclude(verdict, { outcome: "ok", reason: "every tenant is accounted for" });
  },
};
