import {
  type CommitSha,
  type Evidence,
  interrupted,
  type ReleaseError,
  type Stop,
  stop,
  toReading,
  type Verdict,
} from "@lateen/kernel";
import { appendEntry } from "./append-entry.ts";
import { composeEntry } from "./compose-entry.ts";
import { codeOf, toEvidence } from "../report/conclude.ts";
import type { FleetEvidence } from "../ports/ledger-entry.ts";
import type { LedgerHead } from "../ports/ledger.ts";
import type { PromotePorts, PromotionReport, PromotionInput } from "../promotion.ts";
import type { PreparedPromotion } from "./plan-and-prepare.ts";

/** Result of the commit point: an entry of our own or an unfinished one that says the same; another may have come first. */
export type EntryCommit =
  | {
      readonly kind: "committed";
      readonly head: LedgerHead;
      readonly appended: boolean;
      readonly evidence: readonly Evidence[];
    }
  | { readonly kind: "lost"; readonly winner: CommitSha }
  | Stop<PromotionReport>;

/** The commit point. Where the newest entry says all of it already, a promotion that was cut short is finished. */
export async function commitEntry(
  run: Run,
  prepared: PreparedPromotion,
  ports: PromotePorts,
  signal: AbortSignal | undefined,
): Promise<EntryCommit> {
  const { facts, plan, findings, report } = prepared;
  const head = facts.ledger.head.kind === "found" ? facts.ledger.head.value : undefined;
  const fleet = await run.beforeCommit?.(report, signal);
  const evidence = [...toEvidence(findings, ports.clock), ...(fleet?.evidence ?? [])];
  if (fleet?.kind === "stop") return { ...fleet, evidence, value: undefined };
  const guard = await ports.guard?.(signal);
  evidence.push(...(guard?.evidence ?? []));
  if (guard?.kind === "stop") return { ...guard, evidence, value: unmoved(report) };
  if (plan.ledger === "resume" && head !== undefined) return resume(head, run, evidence, ports, signal);
  if (signal?.aborted === true) throw interrupted(signal);
  const input = fleet === undefined ? run.input : { ...run.input, fleet: fleet.value };
  const nonce = (ports.nonce ?? randomNonce)();
  const entry = composeEntry(run.kind, input, facts, findings, { clock: ports.clock, nonce });
  const committed = await appendEntry(ports.ledger, head?.id ?? null, entry, signal);
  if (committed.kind === "lost") return { kind: "lost", winner: committed.head.entry.commit };
  if (committed.kind === "refused") return stopRefused(committed.cause, evidence, ports, prepared);
  if (committed.kind === "unknown") return stopUnknown(committed.cause.message, evidence, prepared);
  const { id, position } = committed.head;
  ports.report({ type: "ledger-appended", entry: id, position, commit: entry.commit });
  const fact = `entry ${position} was appended: ${id}`;
  const appended = toEvidence([{ rule: "commit", verdict: "passed", fact, source: ports.ledger.source }], ports.clock);
  return { kind: "committed", head: committed.head, appended: true, evidence: [...evidence, ...appended] };
}

/** Finishes what the newest entry began; whether it is still the newest is asked where the fleet took its time in between. */
async function resume(
  head: LedgerHead,
  { beforeCommit }: Run,
  evidence: readonly Evidence[],
  { ledger }: PromotePorts,
  signal: AbortSignal | undefined,
): Promise<EntryCommit> {
  const now = beforeCommit === undefined ? undefined : await toReading(() => ledger.read(signal));
  if (now?.kind === "found" && now.value.id !== head.id) return { kind: "lost", winner: now.value.entry.commit };
  return { kind: "committed", head, appended: false, evidence };
}

/** The report of a plan that was not carried out. */
function unmoved(report: PromotionReport): PromotionReport {
  const images = report.images.map((image) => ({
    ...image,
    pin: undefined,
    tags: image.tags.map(({ tag, before }) => ({
      tag,
      action: "unchanged" as const,
      ...(before === undefined ? {} : { before, after: before }),
    })),
  }));
  return { ...report, images, changed: false };
}

/** The ledger's server said no, and the entry was not found there afterwards. */
function stopRefused(
  { message, fix }: ReleaseError,
  evidence: readonly Evidence[],
  { clock, ledger }: PromotePorts,
  { report }: PreparedPromotion,
): Stop<PromotionReport> {
  const reason = `the ledger did not take the entry, and no tag was moved: ${message}${fix === undefined ? "" : `; ${fix}`}`;
  const said = toEvidence([{ rule: "commit", verdict: "refused", fact: message, source: ledger.source }], clock);
  return stop({
    outcome: "refused",
    code: codeOf("commit", "refused"),
    reason,
    evidence: [...evidence, ...said],
    value: unmoved(report),
  });
}

function stopUnknown(
  cause: string,
  evidence: readonly Evidence[],
  { report }: PreparedPromotion,
): Stop<PromotionReport> {
  const reason = `it is unknown whether the ledger took the entry, and no tag was moved: ${cause}; run again to finish it`;
  return stop({ outcome: "unknown", code: codeOf("commit", "unknown"), reason, evidence, value: unmoved(report) });
}

function randomNonce(): string {
  return crypto.randomUUID();
}

/** Step between the proof that everything can move and the commit point; it may still stop everything. */
export type BeforeCommit = (planned: PromotionReport, signal?: AbortSignal) => Promise<Verdict<FleetEvidence>>;

/** One run of the five steps. */
export interface Run {
  readonly kind: "promote" | "rollback";
  readonly input: PromotionInput;
  readonly beforeCommit?: BeforeCommit | undefined;
}
