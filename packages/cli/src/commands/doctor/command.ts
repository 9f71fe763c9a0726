import type { Command } from "../command.ts";

export const doctor: Command = {
  about: [
    "Tests everything that ship will need, without a visible effect: tokens, permissions, registries, control plane, tenants, ledger.",
    "A gap stays until it is fixed, trouble may pass by itself; each comes with its fix.",
    "Exit 7 if credentials are refused or missing, else 3 for a gap, 4 for trouble, 0 otherwise.",
  ].join("\n"),
  examples: [
    ["lateen doctor", "before the first release, and after every change of a token"],
    ["lateen doctor --json", "each finding with its verdict and its fix, whatever the exit code"],
  ],
  async run(context) {
    const [{ openJob }, { examineJob }, { concludeFindings, failuresFirst }] = await Promise.all([
      import("../open-job.ts"),
      import("./examine-job.ts"),
      import("./render.ts"),
    ]);
    const job = await openJob(context);
    const findings = await examineJob({ ...job, report: () => undefined });
    return concludeFindings(failuresFirst(findings), {
      out: context.host.stdout,
      fine: "everything that ship needs is there",
    });
  },
};
