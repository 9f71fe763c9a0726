import {
  asReleaseError,
  type Clock,
  type CommitSha,
  createLimit,
  type Reading,
  sameCommit,
  type Slug,
  unknown,
} from "@lateen/kernel";
import type { AncestryOf } from "./ancestry-of.ts";
import { decideLook, isMatch, type Look, type Sample } from "../coverage/decide-look.ts";
import { decideTenant, type LookJudgement } from "../coverage/decide-tenant.ts";
import type { VerifyPolicy } from "../policy.ts";
import type { Prober } from "../ports/prober.ts";
import type { Tenant } from "../ports/tenant.ts";

/** Tenants, question and time limits of an observation. */
export interface ObserveOptions {
  readonly target: CommitSha;
  readonly verify: Required<VerifyPolicy>;
  readonly prober: Prober;
  readonly ancestryOf: AncestryOf;
  readonly clock: Clock;
  /** Time for a tenant's first matching look, in milliseconds; 0 is one look. @default verify.timeoutMs */
  readonly patienceMs?: (slug: Slug) => number;
  /** When a tenant gave a matching answer before; it counts as one match. */
  readonly seenAt?: (slug: Slug) => number | undefined;
  /** Matching looks that prove a tenant. @default verify.matches */
  readonly matches?: number;
  /** Requests of one look, side by side. @default verify.samples */
  readonly samples?: (slug: Slug) => number;
  readonly onProgress?: (settled: number, total: number) => void;
  /** Ends first looks as well: tenants without an answer by then are left out of the result. @default none */
  readonly calledOff?: AbortSignal | undefined;
}

/** The last look at a tenant, and whether it is proven. */
export interface Observation extends LookJudgement {
  readonly slug: Slug;
  /** Commit of the last answer that named one; of a mixed tenant one that is not the target. */
  readonly sha?: string;
  /** Matched as often as asked for, an interval apart. */
  readonly proven: boolean;
  /** Its host asked for a pause: nothing was seen, good or bad. */
  readonly throttled?: true;
  /** It was not asked: this is what events say about it. */
  readonly recalled?: true;
  /** Instant of the last look, in milliseconds since the epoch. */
  readonly at: number;
}

/**
 * Most requests of one look. With one stale replica of two, twelve agree by chance once in 4,096 looks.
 */
export const mostSamples = 12;

interface Watch {
  readonly tenant: Tenant;
  deadline: number;
  /** End of the extra time that pauses of the host may add. */
  readonly latest: number;
  samples: number;
  matches: number;
  lookedAt: number | undefined;
  sha: string | undefined;
  /** The last judgement that rests on an answer; a later silence does not make a stale tenant "unreachable". */
  answered: LookJudgement | undefined;
  judgement: LookJudgement | undefined;
  throttled: boolean;
  settled: boolean;
}

/**
 * Asks all `tenants` in parallel until each is proven or out of time.
 *
 * An answer of the old commit, no answer and an unreadable one are waited out: containers drain, and names settle. A look whose
 * requests disagree, and another commit after a match, start the proof again with twice the requests. When `signal` aborts, what
 * was seen so far is the answer, once each tenant was asked; after `calledOff` no request begins.
 */
export async function observe(
  tenants: readonly Tenant[],
  options: ObserveOptions,
  signal?: AbortSignal,
): Promise<Map<Slug, Observation>> {
  const start = options.clock.now();
  // A watch waits for its turn in a lane of its own, so that only requests compete for sockets.
  const lanes = createLimit(options.verify.concurrency);
  const limit = createLimit(options.verify.concurrency);
  const watches = tenants.map((tenant) => newWatch(tenant, start, options));
  for (let open = watches; open.length > 0 && !isOver(open, options, signal);) {
    await Promise.all(open.map((watch) => lanes(() => look(watch, options, limit, signal))));
    open = open.filter((watch) => !watch.settled);
    options.onProgress?.(watches.length - open.length, watches.length);
  }
  const asked =
    options.calledOff?.aborted === true ? watches.filter((watch) => watch.judgement !== undefined) : watches;
  return new Map(asked.map((watch) => [watch.tenant.slug, observationOf(watch, options, start)]));
}

function newWatch(tenant: Tenant, start: number, options: ObserveOptions): Watch {
  const seenAt = options.seenAt?.(tenant.slug);
  const patience = options.patienceMs?.(tenant.slug) ?? options.verify.timeoutMs;
  return {
    tenant,
    deadline: start + patience,
    latest: start + patience + options.verify.timeoutMs,
    samples: Math.min(mostSamples, options.samples?.(tenant.slug) ?? options.verify.samples),
    matches: seenAt === undefined ? 0 : 1,
    lookedAt: seenAt,
    sha: undefined,
    answered: undefined,
    judgement: undefined,
    throttled: false,
    settled: false,
  };
}

/** No tenant is left unasked, unless all is called off: an abort ends the waiting, not the first look. */
function isOver(open: readonly Watch[], { calledOff }: ObserveOptions, signal: AbortSignal | undefined): boolean {
  return (
    calledOff?.aborted === true || (signal?.aborted === true && open.every((watch) => watch.judgement !== undefined))
  );
}

async function look(
  watch: Watch,
  options: ObserveOptions,
  limit: ReturnType<typeof createLimit>,
  signal: AbortSignal | undefined,
): Promise<void> {
  await waitForTurn(watch, options, signal);
  if (options.calledOff?.aborted === true) return;
  const until = watch.judgement === undefined ? options.calledOff : signal;
  const began = options.clock.now();
  const count = watch.samples;
  const samples = await Promise.all(
    Array.from({ length: count }, () => limit(() => sample(watch.tenant, options, until))),
  );
  if (until?.aborted === true) return;
  const before = watch.lookedAt ?? began;
  watch.lookedAt = options.clock.now();
  const seen = decideLook(options.target, samples);
  watch.throttled = seen.isThrottled && seen.kind !== "match";
  if (watch.throttled) watch.deadline = Math.min(watch.latest, watch.deadline + (watch.lookedAt - before));
  conclude(watch, seen, options);
}

function conclude(watch: Watch, seen: Look, { matches = 0, verify, clock }: ObserveOptions): void {
  const needed = matches > 0 ? matches : verify.matches;
  const isContradiction = seen.kind === "mixed" || (seen.kind === "other" && seen.isAnswered && watch.matches > 0);
  if (isContradiction) watch.samples = Math.min(mostSamples, watch.samples * 2);
  watch.judgement = seen.judgement;
  if (seen.sha !== undefined) watch.sha = seen.sha;
  if (seen.isAnswered && seen.kind !== "silent") watch.answered = seen.judgement;
  if (seen.kind === "match") watch.matches += 1;
  // A request without an answer among matching ones neither proves nor contradicts.
  else if (seen.kind !== "silent") watch.matches = 0;
  const isMatching = seen.kind === "match";
  watch.settled = isMatching ? watch.matches >= needed : clock.now() >= watch.deadline;
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
  // An aborted pause is not a failure: the caller wants what can be said now.
  if (pause > 0) await clock.sleep(Math.min(pause, verify.intervalMs), signal).catch(() => undefined);
}

async function sample(tenant: Tenant, options: ObserveOptions, signal: AbortSignal | undefined): Promise<Sample> {
  const reading = await ask(tenant, options.prober, signal);
  const isElsewhere = reading.kind === "found" && !sameCommit(reading.value, options.target);
  const ancestry = isElsewhere ? await options.ancestryOf(reading.value) : undefined;
  return { reading, judgement: decideTenant(options.target, reading, ancestry, options.verify.match) };
}

async function ask(tenant: Tenant, prober: Prober, signal: AbortSignal | undefined): Promise<Reading<string>> {
  try {
    return await prober.buildinfo(tenant, signal);
  } catch (error) {
    return unknown(asReleaseError(error));
  }
}

function observationOf(watch: Watch, options: ObserveOptions, start: number): Observation {
  const { tenant, sha, matches, answered } = watch;
  const last = watch.judgement ?? { verdict: "unknown" as const, reason: "not asked" };
  const silent = last.verdict === "unreachable" || (last.verdict === "unknown" && sha === undefined);
  const judgement = silent && answered !== undefined && !isMatch(answered) ? answered : last;
  const proven = isMatch(judgement) && matches >= (options.matches ?? options.verify.matches);
  const unproven: LookJudgement = { verdict: "unknown", reason: "matched and was not confirmed" };
  const said = isMatch(judgement) && !proven ? unproven : judgement;
  return {
    slug: tenant.slug,
    ...said,
    ...(sha === undefined ? {} : { sha }),
    proven,
    ...(watch.throttled ? { throttled: true as const } : {}),
    at: watch.lookedAt ?? start,
  };
}
