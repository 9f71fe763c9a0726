import type { Command } from "../command.ts";

export const superseded: Command = {
  about: "Exit 0 and the newer SHA on standard output: superseded. Exit 10: still the latest. Exit 4: cannot be known.",
  examples: [['if newer=$(lateen superseded); then echo "gives way to $newer"; fi', "in a job"]],
  async run(context) {
    const [{ openJob }, { asked, passSupersession }, { conclude }, { checkOverrides }] = await Promise.all([
      import("../open-job.ts"),
      import("../../pipeline/guards/guards.ts"),
      import("../../output/conclude.ts"),
      import("../../job/overrides.ts"),
    ]);
    const job = await openJob(context, "forge");
    await checkOverrides(job);
    await job.wiring.forge();
    job.wiring.demandSecrets();
    const commit = await job.commit();
    const verdict = asked(job, "supersession", await passSupersession(job, { commit }));
    const isAsked = job.settings.config.supersession !== false;
    const result = conclude(
      { ...verdict, value: { commit, ...verdict.value } },
      {
        outcome: "latest",
        reason: isAsked ? "no newer commit owns production" : "supersession: false asks for no newer commit",
      },
    );
    return { ...result, answer: verdict.value?.supersededBy ?? "" };
  },
};
