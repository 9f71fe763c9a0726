import { type CommitSha, type Evidence, interrupted, type Stop, stop, type Verdict } from "@lateen/kernel";
import { apply } from "./apply.ts";
import { commit } from "./commit.ts";
import { composeEntry } from "./compose-entry.ts";
import { conclude, toEvidence } from "./conclude.ts";
import { checkInput, quietly } from "./errors.ts";
import type { FleetEvidence, LedgerHead } from "./ledger.ts";
import { defaultSettlePolicy, longestRace } from "./policy.ts";
import { prepare } from "./prepare.ts";
import type { PromotePorts, PromotionInput, PromotionReport } from "./promotion.ts";
import { makeReady, type Readied } from "./ready.ts";
import { reportSettled } from "./report.ts";
import { type Settled, settle } from "./settle.ts";
import { trackEntry } from "./tracked-tag.ts";

/** What is done between the proof that everything can move and the commit point; it may still stop everything. */
export type BeforeCommit = (planned: PromotionReport, signal?: AbortSignal) => Promise<Verdict<FleetEvidence>>;

/** One run of the five steps. */
export interface Run {
  readonly kind: "promote" | "rollback";
  readonly input: PromotionInput;
  readonly beforeCommit?: BeforeCommit | undefined;
}

/** Plan, prepare, commit, apply, settle; planned again whenever another entry came first. */
export async function runSteps(
  run: Run,
  ports: PromotePorts,
  signal: AbortSignal | undefined,
): Promise<Verdict<PromotionReport>> {
  checkInput(run.input);
  for (const { repository } of run.input.images) ports.tags.expectWrites?.(repository);
  for (let attempt = 1; ; attempt++) {
    const ready = await makeReady(run.kind, run.input, prepare, ports, signal);
    if (ready.kind === "stop") return ready;
    const entered = await enterLedger(run, ready.value, ports, signal);
    if (entered.kind === "stop") return entered;
    if (entered.kind === "entered") return applyAndSettle(run.input, ready.value, entered, ports, signal);
    ports.report({ type: "ledger-lost", attempt, winner: entered.winner });
    if (attempt < longestRace) continue;
    const reason = `other entries came first, ${attempt} times in a row; run again`;
    return stop("unknown", reason, toEvidence(ready.value.findings, ports.clock));
  }
}

type Entered =
  | {
      readonly kind: "entered";
      readonly head: LedgerHead;
      readonly appended: boolean;
      readonly evidence: readonly Evidence[];
    }
  | { readonly kind: "lost"; readonly winner: CommitSha }
  | Stop<PromotionReport>;

/** The commit point. Where the newest entry says all of it already, a promotion that was cut short is finished. */
async function enterLedger(
  run: Run,
  readied: Readied,
  ports: PromotePorts,
  signal: AbortSignal | undefined,
): Promise<Entered> {
  const { facts, plan, findings, report } = readied;
  const head = facts.ledger.head.kind === "found" ? facts.ledger.head.value : undefined;
  const fleet = await run.beforeCommit?.(report, signal);
  const evidence = [...toEvidence(findings, ports.clock), ...(fleet?.evidence ?? [])];
  if (fleet?.kind === "stop") return stop(fleet.outcome, fleet.reason, evidence);
  const guard = await ports.guard?.(signal);
  evidence.push(...(guard?.evidence ?? []));
  if (guard?.kind === "stop") return stop(guard.outcome, guard.reason, evidence, unmoved(report));
  if (plan.ledger === "resume" && head !== undefined) return resume(head, run, evidence, ports, signal);
  if (signal?.aborted === true) throw interrupted(signal);
  const input = fleet === undefined ? run.input : { ...run.input, fleet: fleet.value };
  const nonce = (ports.nonce ?? randomNonce)();
  const entry = composeEntry(run.kind, input, facts, findings, { clock: ports.clock, nonce });
  const committed = await commit(ports.ledger, head?.id ?? null, entry, signal);
  if (committed.kind === "lost") return { kind: "lost", winner: committed.head.entry.commit };
  if (committed.kind === "unknown") return stopUncertain(committed.cause.message, evidence, readied);
  const { id, position } = committed.head;
  ports.report({ type: "ledger-appended", entry: id, position, commit: entry.commit });
  const fact = `entry ${position} was appended: ${id}`;
  const appended = toEvidence([{ rule: "ledger", verdict: "passed", fact, source: ports.ledger.source }], ports.clock);
  return { kind: "entered", head: committed.head, appended: true, evidence: [...evidence, ...appended] };
}

/** Finishes what the newest entry began; whether it is still the newest is asked where the fleet took its time in between. */
async function resume(
  head: LedgerHead,
  { beforeCommit }: Run,
  evidence: readonly Evidence[],
  { ledger }: PromotePorts,
  signal: AbortSignal | undefined,
): Promise<Entered> {
  const now = beforeCommit === undefined ? undefined : await quietly(() => ledger.read(signal));
  if (now?.kind === "found" && now.value.id !== head.id) return { kind: "lost", winner: now.value.entry.commit };
  return { kind: "entered", head, appended: false, evidence };
}

/** The report of a plan that was not carried out. */
function unmoved(report: PromotionReport): PromotionReport {
  const images = report.images.map((image) => ({
    ...image,
    tags: image.tags.map(({ tag, before }) => ({
      tag,
      action: "unchanged" as const,
      ...(before === undefined ? {} : { before, after: before }),
    })),
  }));
  return { ...report, images, changed: false };
}

function stopUncertain(cause: string, evidence: readonly Evidence[], { report }: Readied): Stop<PromotionReport> {
  const reason = `whether the ledger took the entry, is unknown, and no tag was moved: ${cause}; run again, it finishes what was begun`;
  return stop("unknown", reason, evidence, unmoved(report));
}

async function applyAndSettle(
  input: PromotionInput,
  { plan, prepared }: Readied,
  { head, appended, evidence }: Extract<Entered, { kind: "entered" }>,
  ports: PromotePorts,
  signal: AbortSignal | undefined,
): Promise<Verdict<PromotionReport>> {
  const planned = (repository: string, tag: string) =>
    plan.tags.find((one) => one.repository === repository && one.tag === tag);
  const scope = { images: input.images.map(({ repository }) => repository), tags: input.tags };
  const tracked = trackEntry(head.entry, scope, (repository, tag) => planned(repository, tag)?.before);
  const right = tracked.filter(({ before, wanted }) => before === wanted);
  const written = await apply(
    tracked.filter((tag) => !right.includes(tag)),
    prepared.manifests,
    ports,
  );
  const course = { head, tags: [...right, ...written], manifests: prepared.manifests };
  const policy = { ...defaultSettlePolicy, ...(input.settleMs === undefined ? {} : { settleMs: input.settleMs }) };
  const settled = await settle(course, scope, ports, policy, signal);
  return concludeOwn(input, settled, appended, evidence, ports);
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
  if (newer === input.commit) return conclude(report, settled, evidence, clock);
  const verdict = conclude({ ...report, supersededBy: newer }, settled, evidence, clock);
  if (verdict.kind === "stop") return verdict;
  const reason = `${newer.slice(0, 12)} came after ${input.commit.slice(0, 12)}, and the tags name it`;
  return stop("superseded", reason, verdict.evidence, verdict.value);
}

function randomNonce(): string {
  return crypto.randomUUID();
}
