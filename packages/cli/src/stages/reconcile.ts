import { type Evidence, go, stop, type Verdict } from "@lateen/kernel";
import { reconcile } from "@lateen/promote";
import { configMissing } from "../context.ts";
import type { Job } from "../job.ts";
import { withReport } from "./promotion-account.ts";
import type { Account } from "./road.ts";

/** Repairs the tags of every target from its ledger; one whose tags do not settle keeps nobody from repairing the others. */
export async function reconcileTargets(job: Job): Promise<Verdict<Partial<Account>>> {
  const { promote, release } = job.settings.config;
  if (promote === undefined || release === undefined) throw configMissing("promote and release");
  let account: Partial<Account> = {};
  const evidence: Evidence[] = [];
  const unsettled: string[] = [];
  for (const { name, tags, images = release.images } of promote.targets) {
    job.report({ type: "stage-started", stage: "promotion", about: `${name}: what the ledger says` });
    const ports = {
      tags: await job.wiring.registries(),
      ledger: await job.wiring.ledger(name),
      clock: job.wiring.clock,
      report: job.report,
    };
    job.wiring.demandSecrets();
    const input = { target: name, tags, images: images.map(({ repository }) => repository), settleMs: promote.settle };
    const verdict = await reconcile(input, ports, job.signal);
    evidence.push(...verdict.evidence);
    if (verdict.value === undefined) {
      if (verdict.kind === "stop") return { ...verdict, value: account, evidence };
      continue;
    }
    const one = withReport({ ...verdict, value: verdict.value }, "promotion", account.images ?? []);
    account = {
      ...account,
      ...one.value,
      commit: verdict.value.commit,
      changed: account.changed === true || one.value?.changed === true,
    };
    if (one.kind === "go") continue;
    if (one.outcome !== "partial" || job.signal?.aborted === true) return { ...one, value: account, evidence };
    unsettled.push(one.reason);
  }
  return unsettled.length === 0 ? go(account, evidence) : stop("partial", unsettled.join("; "), evidence, account);
}
