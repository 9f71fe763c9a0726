import { conclude } from "../../output/conclude.ts";
import { onlyOption, parseOnly } from "../../command-line/tenant-selection.ts";
import type { Command } from "../command.ts";

export const verify: Command = {
  about: "Asks every tenant which commit it runs, and accounts for all of them.",
  options: onlyOption,
  examples: [["lateen verify --sha abcdef1", "is the whole fleet on this commit?"]],
  async run(context) {
    const only = parseOnly(context.args);
    const [{ openJob }, { verifyStep }, { runPipeline }, { checkOverrides }] = await Promise.all([
      import("../open-job.ts"),
      import("../../pipeline/steps/verify-fleet.ts"),
      import("../../pipeline/run-pipeline.ts"),
      import("../../job/overrides.ts"),
    ]);
    const job = await openJob(context, "fleet", "release");
    await checkOverrides(job);
    await job.wiring.fleet();
    job.wiring.demandSecrets();
    const verdict = await runPipeline(job, { commit: await job.commit() }, [verifyStep(only)]);
    return conclude(verdict, { outcome: "ok", reason: "every tenant is accounted for" });
  },
};
