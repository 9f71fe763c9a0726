import { type FleetReport, inspectJournal } from "@lateen/fleet";
import {
  asReleaseError,
  type CommitSha,
  type Evidence,
  isFatal,
  isoNow,
  type ReleaseError,
  type Stop,
  stop,
  type Verdict,
} from "@lateen/kernel";
import type { Shipped } from "./decide-shipped.ts";
import { remedy } from "./remedies.ts";
import type { Job } from "../../job/job.ts";
import { lastWords } from "../../output/describe-halt.ts";
import { counted } from "../../output/text/line.ts";
import { toSeconds } from "../../output/text/times.ts";
import type { ExplainedRule, FleetResult } from "../../output/result.ts";
import { markNotStarted } from "../../pipeline/not-started.ts";
import { evidence as evidenceOf, goWith } from "../../pipeline/evidence.ts";
import { passKillSwitch, passSupersession } from "../../pipeline/guards/guards.ts";
import { factsOfThen } from "./facts-of-then.ts";
import { lookAtLedgers, type TargetHistory } from "./look-at-ledgers.ts";
import { gateStep } from "../../pipeline/steps/pass-gate.ts";
import { fleetResult } from "../../pipeline/steps/fleet-result.ts";
import { checkTarget } from "../../pipeline/steps/promote.ts";
import { resolveRelease } from "../../pipeline/steps/resolve-release.ts";
import { type PipelineState, type Skipped, skipped, type Step } from "../../pipeline/run-pipeline.ts";
import { lookAtFleet } from "../../pipeline/steps/look-at-fleet.ts";

/** Everything that is known about why a commit did or did not ship. */
export interface Explanation {
  readonly commit: CommitSha;
  /** State of the commit in the ledger of every target. */
  readonly ledgers: readonly TargetHistory[];
  readonly rules: readonly ExplainedRule[];
  readonly account: Partial<PipelineState>;
  /** Credentials that were refused. */
  readonly refusal: ReleaseError | undefined;
}

/** `about` says several of the same rule apart. */
type Question = readonly [rule: string, step: Step, about?: string];

const questions: readonly Question[] = [
  ["kill-switch", (job) => passKillSwitch(job)],
  ["supersession", passSupersession],
  ["gate", gateStep({ wait: false, settle: false })],
  ["release", resolveRelease],
];

/** Every target is asked by itself: what is wrong with one says nothing of the next. */
function questionsOf({ settings }: Job, ledgers: readonly TargetHistory[]): readonly Question[] {
  const kinds = new Set(ledgers.map(({ shipped }) => shipped.kind));
  // What shipped did so by the rules of then: those of now would say why it may not ship again.
  if (ledgers.length > 0 && !kinds.has("never") && !kinds.has("unread"))
    return kinds.has("current")
      ? [
          ["journal", lookAtJournal],
          ["fleet", explainFleet],
        ]
      : [];
  const targets = settings.config.promote?.targets ?? [];
  const promotions = targets.map((target): Question => {
    const step: Step = (job, account) => checkTarget(job, account, target);
    return targets.length === 1 ? ["promotion", step] : ["promotion", step, target.name];
  });
  return [...questions, ...promotions, ["journal", lookAtJournal], ["fleet", explainFleet]];
}

/** Asks every rule about a commit, each by itself: a stop of one does not hide what the others say. Writes nothing. */
export async function explain(job: Job, commit: CommitSha): Promise<Explanation> {
  let account: PipelineState = { commit };
  const ledgers = await lookAtLedgers(job, commit);
  const rules: ExplainedRule[] = explainLedgers(ledgers);
  let refusal: ReleaseError | undefined;
  for (const [rule, step, about] of questionsOf(job, ledgers)) {
    const verdict = await attempt(job, account, step, (error) => (refusal ??= error));
    if (verdict.kind !== "skipped") account = { ...account, ...verdict.value };
    rules.push(...explained(job, rule, verdict, about));
  }
  return { commit, ledgers, rules, account, refusal };
}

/** Outcome of it so far, before what the rules say of it now. */
function explainLedgers(ledgers: readonly TargetHistory[]): ExplainedRule[] {
  const [first] = ledgers;
  if (first === undefined) return [];
  const kinds = new Set(ledgers.map(({ shipped }) => shipped.kind));
  const verdict = kinds.size === 1 ? verdicts[first.shipped.kind] : kinds.has("unread") ? "unknown" : "partial";
  const facts = ledgers.map(({ evidence }) => evidence);
  const fact = facts.map((one) => one.fact).join("; ");
  const ledger = { rule: "ledger", verdict, fact, change: remedy("ledger", verdict), at: first.evidence.at, facts };
  return [ledger, ...ledgers.flatMap((one) => factsOfThen(one, ledgers.length > 1))];
}

const verdicts: Readonly<Record<Shipped["kind"], string>> = {
  current: "promoted",
  replaced: "replaced",
  "rolled-back": "rolled-back",
  never: "never-promoted",
  unread: "unknown",
};

async function attempt(
  job: Job,
  account: PipelineState,
  step: Step,
  onRefusal: (error: ReleaseError) => void,
): ReturnType<Step> {
  try {
    return await step(job, account);
  } catch (thrown) {
    if (isFatal(thrown)) throw thrown;
    const error = asReleaseError(thrown);
    if (error.category === "auth") onRefusal(error);
    return {
      kind: "stop",
      outcome: "unknown",
      code: error.code,
      reason: [error.message, error.fix].filter(Boolean).join("; "),
      evidence: [],
    };
  }
}

/** A rule with its facts; one that is not configured says nothing. */
function explained(job: Job, rule: string, verdict: Verdict<unknown> | Skipped, about?: string): ExplainedRule[] {
  if (verdict.kind === "skipped") return [];
  // A rollout ends with more words than a stop has: unfinished, abandoned.
  const end = rule === "journal" ? verdict.evidence[0]?.verdict : undefined;
  const outcome = verdict.kind === "go" ? "passed" : (end ?? verdict.outcome);
  const said = verdict.kind === "go" ? lastFact(verdict.evidence) : verdict.reason;
  const fact = about === undefined ? said : `${about}: ${said}`;
  const change = verdict.kind === "go" ? undefined : changeOf(job, rule, verdict);
  return [{ rule, verdict: outcome, fact, change, at: isoNow(job.wiring.clock), facts: verdict.evidence }];
}

function lastFact(evidence: readonly Evidence[]): string {
  return evidence.length === 1 ? (evidence[0]?.fact ?? "") : `${evidence.length} facts, none against it`;
}

/** Rules that the kill switch alone holds. */
const byKillSwitch: ReadonlySet<string> = new Set(["kill-switch", "gate"]);

/** The configuration knows the name of the variable; the gate is held by the kill switch, and by no check. */
function changeOf(job: Job, rule: string, { outcome, code }: Stop<unknown>): string | undefined {
  const { killSwitch } = job.settings.config;
  if (!byKillSwitch.has(rule) || outcome !== "held" || killSwitch === undefined) return remedy(rule, outcome);
  const free = code?.startsWith("HOLD_") === true ? "lateen hold --lift" : `clear the variable ${killSwitch.variable}`;
  return `${free}, or --override kill-switch=REASON`;
}

/** Outcome of the last rollout, where it was one of this commit. */
async function lookAtJournal(job: Job, { commit }: PipelineState): ReturnType<Step> {
  if (job.settings.config.fleet === undefined) return skipped;
  const status = await inspectJournal((await job.wiring.fleet()).journal);
  if (status === undefined || status.release.sha !== commit) return skipped;
  const end = status.outcome ?? status.state;
  const started = toSeconds(new Date(status.startedAt).toISOString());
  const fact = `the rollout that started at ${started} moved ${counted(status.moved, "tenant")} and is ${end}`;
  const { journal: folder, checks } = job.settings.config.fleet;
  const verdicts = checks.length === 0 ? [] : status.checks.map((await import("@lateen/fleet/checks")).checkEvidence);
  const evidence = [evidenceOf(job, "journal", end, fact, folder), ...verdicts];
  return end === "shipped" || end === "unchanged"
    ? goWith({}, evidence)
    : stop({ outcome: "halted", code: "ROLLOUT_NOT_SHIPPED", reason: fact, evidence });
}

/** One look at every tenant, each with the word that every other answer has for it. */
async function explainFleet(job: Job, { commit }: PipelineState): ReturnType<Step> {
  const verdict = await lookAtFleet({ ...job, report: () => undefined }, commit);
  const { fleet } = job.settings.config;
  if (verdict === undefined || fleet === undefined) return skipped;
  const at = isoNow(job.wiring.clock);
  const evidence = (await tenantsOf(job, commit, verdict.value)).map((tenant): Evidence => ({
    rule: "fleet",
    verdict: tenant.verdict,
    fact: lastWords(tenant),
    source: fleet.buildinfo?.replace("{slug}", tenant.slug) ?? `the proof of ${tenant.slug}`,
    at,
  }));
  const known = evidence.length === 0 ? verdict.evidence : evidence;
  return verdict.kind === "go" ? goWith({}, known) : { ...verdict, value: {}, evidence: known };
}

async function tenantsOf(
  job: Job,
  commit: CommitSha,
  report: FleetReport | undefined,
): Promise<FleetResult["tenants"]> {
  if (report === undefined) return [];
  const last = await inspectJournal((await job.wiring.fleet()).journal);
  return markNotStarted(fleetResult(report), last?.release.sha === commit ? last : undefined).tenants;
}
