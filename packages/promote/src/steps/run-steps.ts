import { type Evidence, stop, type Verdict } from "@lateen/kernel";
import { apply } from "./apply.ts";
import { conclude, toEvidence } from "../report/conclude.ts";
import { type EntryCommit, commitEntry, type Run } from "./commit-entry.ts";
import { checkInput } from "../errors.ts";
import { resolvePolicy, longestRace } from "../policy.ts";
import type { PromotionPlan } from "../decide/plan-promotion.ts";
import { prepare } from "./prepare.ts";
import type { PromotePorts, PromotionInput, PromotionReport } from "../promotion.ts";
import { planAndPrepare, type PreparedPromotion } from "./plan-and-prepare.ts";
import { reportSettled } from "../report/report-tags.ts";
import { type Settled, settle } from "./settle.ts";
import { type TrackedTag, trackEntry, trackPin } from "./tracked-tag.ts";

/** Plan, prepare, commit, apply, settle; planned again whenever another entry came first. */
export async function runSteps(
  run: Run,
  ports: PromotePorts,
  signal: AbortSignal | undefined,
): Promise<Verdict<PromotionReport>> {
  checkInput(run.input);
  for (const { repository } of run.input.images) ports.tags.expectWrites?.(repository);
  for (let attempt = 1; ; attempt++) {
    const ready = await planAndPrepare(run.kind, run.input, prepare, ports, signal);
    if (ready.kind === "stop") return ready;
    const entered = await commitEntry(run, ready.value, ports, signal);
    if (entered.kind === "stop") return entered;
    if (entered.kind === "committed") return applyAndSettle(run.input, ready.value, entered, ports, signal);
    ports.report({ type: "ledger-lost", attempt, winner: entered.winner });
    if (attempt < longestRace) continue;
    const reason = `other entries came first, ${attempt} times in a row; run again`;
    const evidence = toEvidence(ready.value.findings, ports.clock);
    return stop({ outcome: "unknown", code: "LEDGER_CONTENDED", reason, evidence });
  }
}

async function applyAndSettle(
  input: PromotionInput,
  { plan, prepared }: PreparedPromotion,
  { head, appended, evidence }: Extract<EntryCommit, { kind: "committed" }>,
  ports: PromotePorts,
  signal: AbortSignal | undefined,
): Promise<Verdict<PromotionReport>> {
  const planned = (repository: string, tag: string) =>
    [...plan.tags, ...plan.pins].find((one) => one.repository === repository && one.tag === tag);
  const scope = {
    images: input.images.map(({ repository }) => repository),
    tags: input.tags,
    pins: input.pin !== undefined,
  };
  const entered = trackEntry(head.entry, scope, (repository, tag) => planned(repository, tag)?.before);
  const tracked = [...entered, ...extraPins(plan, entered)];
  const right = tracked.filter(({ before, wanted }) => before === wanted);
  const written = await apply(
    tracked.filter((tag) => !right.includes(tag)),
    prepared.manifests,
    ports,
  );
  const course = { head, tags: [...right, ...written], manifests: prepared.manifests };
  const settled = await settle(course, scope, ports, resolvePolicy(input), signal);
  return concludeOwn(input, settled, appended, evidence, ports);
}

/** Pins that are planned and that an entry which is resumed does not have. */
function extraPins(plan: PromotionPlan, entered: readonly TrackedTag[]): TrackedTag[] {
  return plan.pins.flatMap(({ repository, tag, wanted, action }) => {
    const known = entered.some((one) => one.isPin && one.repository === repository);
    return known || action !== "create" || wanted === undefined ? [] : [trackPin({ repository, tag, wanted })];
  });
}

/** A promotion whose entry was followed by a newer release has done its part, but its commit is not what the tags name. */
function concludeOwn(
  input: PromotionInput,
  settled: Settled,
  appended: boolean,
  evidence: readonly Evidence[],
  { clock }: PromotePorts,
): Verdict<PromotionReport> {
  const newer = settled.head.entry.commit;
  const report = reportSettled(input, settled, appended);
  if (newer === input.release.sha) return conclude(report, settled, evidence, clock);
  const verdict = conclude({ ...report, supersededBy: newer }, settled, evidence, clock);
  if (verdict.kind === "stop") return verdict;
  const reason = `${newer.slice(0, 12)} came after ${input.release.sha.slice(0, 12)}, and the tags name it`;
  return stop({ outcome: "superseded", code: "OVERTAKEN", reason, evidence: verdict.evidence, value: verdict.value });
}
