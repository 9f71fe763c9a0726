import type { Command } from "./command.ts";

/** `lateen doctor`. */
export const doctor: Command = {
  about:
    "Tests everything that ship will need, without a visible effect: tokens, permissions, registries, control plane, tenants, ledger.",
  examples: [
    ["lateen doctor", "before the first release, and after every change of a token"],
    ["lateen doctor --json", "each finding with its fix"],
  ],
  async run(context) {
    const [{ openJob }, { examineJob }, { concludeFindings }] = await Promise.all([
      import("../job.ts"),
      import("../doctor/examine-job.ts"),
      import("../report/findings.ts"),
    ]);
    const job = await openJob(context);
    return concludeFindings(await examineJob({ ...job, report: () => undefined }));
  },
};
