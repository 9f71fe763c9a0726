import {
  asReleaseError,
  type Clock,
  type CommitSha,
  type Reading,
  sameCommit,
  type Slug,
  unknown,
} from "@lateen/kernel";
import type { AncestryOf } from "./ancestry-of.ts";
import { eachLimited } from "./each-limited.ts";
import { decideTenant, type LookJudgement } from "../coverage/decide-tenant.ts";
import type { VerifyPolicy } from "../policy.ts";
import type { Prober } from "../ports/prober.ts";
import type { Tenant } from "../ports/tenant.ts";

/** What is asked, of whom, and how patiently. */
export interface ObserveOptions {
  readonly target: CommitSha;
  readonly verify: Required<VerifyPolicy>;
  readonly prober: Prober;
  readonly ancestryOf: AncestryOf;
  readonly clock: Clock;
  /** How long a tenant may take to its first matching answer, in milliseconds; 0 is one look. @default verify.timeoutMs */
  readonly patienceMs?: (slug: Slug) => number;
  /** When a tenant gave a matching answer before; one more, an interval later, then proves it. */
  readonly seenAt?: (slug: Slug) => number | undefined;
  /** Matching answers that prove a tenant. @default 2 */
  readonly proofs?: number;
  readonly onProgress?: (settled: number, total: number) => void;
}

/** The last look at a tenant, and whether it is proven. */
export interface Observation extends LookJudgement {
  readonly slug: Slug;
  /** Commit of the last answer that named one. */
  readonly sha?: string;
  /** Matched as often as asked for, an interval apart. */
  readonly proven: boolean;
  /** Instant of the last look, in milliseconds since the epoch. */
  readonly at: number;
}

interface Watch {
  readonly tenant: Tenant;
  readonly deadline: number;
  matches: number;
  lookedAt: number | undefined;
  sha: string | undefined;
  /** The last judgement that rests on an answer; a later silence does not make a stale tenant "unreachable". */
  answered: LookJudgement | undefined;
  judgement: LookJudgement;
  settled: boolean;
}

/**
 * Asks all `tenants` in parallel until each is proven or out of time.
 *
 * An answer of the old commit, no answer and an unreadable one are waited out: containers drain, and names settle. A match
 * that is not confirmed starts again from the beginning. When `signal` aborts, what was seen so far is the answer.
 */
export async function observe(
  tenants: readonly Tenant[],
  options: ObserveOptions,
  signal?: AbortSignal,
): Promise<Map<Slug, Observation>> {
  const start = options.clock.now();
  const watches = tenants.map((tenant) => newWatch(tenant, start, options));
  for (let open = watches; open.length > 0 && !isOver(open, signal);) {
    await eachLimited(open, options.verify.concurrency, (watch) => look(watch, options, signal));
    open = open.filter((watch) => !watch.settled);
    options.onProgress?.(watches.length - open.length, watches.length);
  }
  return new Map(watches.map((watch) => [watch.tenant.slug, observationOf(watch, options, start)]));
}

function newWatch(tenant: Tenant, start: number, options: ObserveOptions): Watch {
  const seenAt = options.seenAt?.(tenant.slug);
  const patience = options.patienceMs?.(tenant.slug) ?? options.verify.timeoutMs;
  const unseen: LookJudgement = { verdict: "unknown", reason: "not asked" };
  const matches = seenAt === undefined ? 0 : 1;
  return {
    tenant,
    deadline: start + patience,
    matches,
    lookedAt: seenAt,
    sha: undefined,
    answered: undefined,
    judgement: unseen,
    settled: false,
  };
}

/** Nobody is left unasked: an abort ends the waiting, not the first look. */
function isOver(open: readonly Watch[], signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true && open.every((watch) => watch.judgement.reason !== "not asked");
}

async function look(watch: Watch, options: ObserveOptions, signal: AbortSignal | undefined): Promise<void> {
  const { clock, target, verify } = options;
  await waitForTurn(watch, options, signal);
  const reading = await ask(watch.tenant, options.prober);
  const isElsewhere = reading.kind === "found" && !sameCommit(reading.value, target);
  const ancestry = isElsewhere ? await options.ancestryOf(reading.value) : undefined;
  watch.judgement = decideTenant(target, reading, ancestry, verify.match);
  watch.lookedAt = clock.now();
  if (reading.kind === "found") watch.sha = reading.value;
  if (reading.kind !== "unknown") watch.answered = watch.judgement;
  const matches = isMatch(watch.judgement);
  watch.matches = matches ? watch.matches + 1 : 0;
  const proven = matches && watch.matches >= (options.proofs ?? 2);
  watch.settled = proven || (!matches && clock.now() >= watch.deadline);
}

function isMatch(judgement: LookJudgement): boolean {
  return judgement.verdict === "verified" || judgement.verdict === "ahead";
}

/** An interval after the last look; but never later than the deadline while the first match is still awaited. */
async function waitForTurn(
  watch: Watch,
  { clock, verify }: ObserveOptions,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (watch.lookedAt === undefined || signal?.aborted === true) return;
  const turn = watch.lookedAt + verify.intervalMs;
  const due = watch.matches > 0 ? turn : Math.min(turn, Math.max(watch.deadline, watch.lookedAt));
  const pause = due - clock.now();
  // An aborted pause is no failure: the caller wants what can be said now.
  if (pause > 0) await clock.sleep(Math.min(pause, verify.intervalMs), signal).catch(() => undefined);
}

async function ask(tenant: Tenant, prober: Prober): Promise<Reading<string>> {
  try {
    return await prober.buildinfo(tenant);
  } catch (error) {
    return unknown(asReleaseError(error));
  }
}

function observationOf(watch: Watch, options: ObserveOptions, start: number): Observation {
  const { tenant, sha, matches, answered } = watch;
  const silent = watch.judgement.verdict === "unreachable" || sha === undefined;
  const judgement = silent && answered !== undefined && !isMatch(answered) ? answered : watch.judgement;
  const proven = isMatch(judgement) && matches >= (options.proofs ?? 2);
  const unproven: LookJudgement = { verdict: "unknown", reason: "matched once and was not confirmed" };
  const said = isMatch(judgement) && !proven ? unproven : judgement;
  return { slug: tenant.slug, ...said, ...(sha === undefined ? {} : { sha }), proven, at: watch.lookedAt ?? start };
}
