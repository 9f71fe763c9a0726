import { type Reading, type ReleaseError, type Verdict } from "@lateen/kernel";
import { stopBecause } from "../report/conclude.ts";
import { mustThrow } from "../errors.ts";
import type { PromotionFacts } from "../facts/promotion-facts.ts";
import { type PromotionPlan, planPromotion } from "../decide/plan-promotion.ts";
import type { Prepared } from "./prepare.ts";
import type { PromotePorts, PromotionInput, PromotionReport } from "../promotion.ts";
import { readFacts } from "../facts/read-facts.ts";
import { reportPlan } from "../report/report-tags.ts";
import type { Finding } from "../decide/rules.ts";

/** A promotion that may be committed: everything was read, decided and proven. */
export interface PreparedPromotion {
  readonly facts: PromotionFacts;
  readonly plan: PromotionPlan;
  readonly prepared: Prepared;
  readonly findings: readonly Finding[];
  readonly report: PromotionReport;
}

/** Proves that a plan can be carried out. */
export type Prepare = (
  input: PromotionInput,
  facts: PromotionFacts,
  plan: PromotionPlan,
  ports: PromotePorts,
  signal: AbortSignal | undefined,
) => Promise<Prepared>;

/** Reads, plans and prepares. @throws ReleaseError of category `auth` or `interrupted` */
export async function planAndPrepare(
  kind: "promote" | "rollback",
  input: PromotionInput,
  prepare: Prepare,
  ports: PromotePorts,
  signal: AbortSignal | undefined,
): Promise<
  { readonly kind: "ready"; readonly value: PreparedPromotion } | Extract<Verdict<PromotionReport>, { kind: "stop" }>
> {
  const facts = await readFacts(input, ports, signal);
  const severe = causesOf(facts).find(mustThrow);
  if (severe !== undefined) throw severe;
  const waived = (input.overrides ?? []).map(({ check }) => check);
  const plan = planPromotion(
    facts,
    { kind, allowUnlabelled: input.allowUnlabelled ?? false, waived },
    ports.ledger.source,
  );
  const report = { ...reportPlan(input, plan), ...plannedOver(facts) };
  if (plan.kind !== "ready") return stopBecause(plan.findings, ports.clock, report);
  const count = (action: string) => plan.tags.filter((tag) => tag.action === action).length;
  ports.report({
    type: "promotion-planned",
    commit: input.release.sha,
    keep: count("keep"),
    create: count("create"),
    move: count("move"),
  });
  const prepared = await prepare(input, facts, plan, ports, signal);
  const findings = [...plan.findings, ...prepared.findings];
  if (prepared.findings.some(({ verdict }) => verdict !== "passed"))
    return stopBecause(findings, ports.clock, reportUnmoved(report, prepared));
  ports.report({ type: "promotion-prepared", commit: input.release.sha });
  return { kind: "ready", value: { facts, plan, prepared, findings, report } };
}

function plannedOver({ ledger: { head } }: PromotionFacts): Pick<PromotionReport, "plannedOver"> {
  return head.kind === "found" ? { plannedOver: head.value.id } : {};
}

/** A plan that could not be prepared moves nothing; the tags of the repositories that stood in the way are the refused ones. */
function reportUnmoved(report: PromotionReport, { findings }: Prepared): PromotionReport {
  const guilty = new Set(findings.filter(({ verdict }) => verdict === "refused").map(({ source }) => source));
  const images = report.images.map((image) => ({
    ...image,
    pin: undefined,
    tags: image.tags.map(({ tag, before, action }) => ({
      tag,
      ...(before === undefined ? {} : { before, after: before }),
      action: action !== "unchanged" && guilty.has(image.repository) ? ("refused" as const) : ("unchanged" as const),
    })),
  }));
  return { ...report, images, changed: false };
}

function causesOf({ branch, candidates, destinations, pins, ledger }: PromotionFacts): ReleaseError[] {
  const readings: (Reading<unknown> | undefined)[] = [
    branch.head,
    branch.ancestry,
    ...candidates.flatMap(({ manifest, revision }) => [manifest, revision]),
    ...destinations.flatMap(({ current, revision, ancestry }) => [current, revision, ancestry]),
    ...pins.map(({ current }) => current),
    ledger.head,
    ledger.ancestry,
    ...ledger.holds.map(({ ancestry }) => ancestry),
  ];
  return readings.flatMap((reading) => (reading?.kind === "unknown" ? [reading.cause] : []));
}
