import type { Clock, Reporter } from "@lateen/kernel";
import { decideGate, type GateDecision } from "./decide-state.ts";
import type { GateEvent } from "../events.ts";
import type { CheckReport } from "./gate-report.ts";
import type { Look } from "./evaluate-gate.ts";
import type { CompleteGatePolicy } from "../policy.ts";

export interface Watched {
  readonly look: Look;
  readonly verdict: GateDecision;
  /** Time from the first look to the last one. */
  readonly elapsedMs: number;
  /** True if the time was over before the verdict was final. */
  readonly late: boolean;
}

export interface WatchPorts {
  readonly clock: Clock;
  readonly report: Reporter<GateEvent>;
  readonly random?: (() => number) | undefined;
}

/** The pause after a look that found something unknown, in milliseconds: long enough for a forge to restart behind its proxy. */
const unknownPauseMs = 5_000;

/**
 * Looks until the verdict is final (open, deferred or closed), until it was unknown a few times in a row, or until the time is
 * over. The caller makes the first look and says when its clock started.
 *
 * @throws ReleaseError whatever `look` throws, and `INTERRUPTED`
 */
export async function watchGate(
  first: Look,
  look: () => Promise<Look>,
  policy: CompleteGatePolicy,
  ports: WatchPorts,
  signal?: AbortSignal,
): Promise<Watched> {
  const start = ports.clock.now();
  let seen = first;
  let strange = 0;
  for (;;) {
    const verdict = verdictOf(seen);
    const elapsedMs = ports.clock.now() - start;
    if (isFinal(verdict)) return { look: seen, verdict, elapsedMs, late: false };
    strange = isStrange(seen) ? strange + 1 : 0;
    if (strange >= policy.unknownLooks) return { look: seen, verdict, elapsedMs, late: false };
    const leftMs = policy.timeoutMs - elapsedMs;
    if (leftMs <= 0) return { look: seen, verdict: "unknown", elapsedMs, late: true };
    const waitMs = Math.min(leftMs, pauseAfter(seen, policy, ports));
    ports.report({ type: "gate-waited", pending: pendingOf(seen.reports), elapsedMs, leftMs });
    await ports.clock.sleep(waitMs, signal);
    seen = await look();
  }
}

/**
 * Looks a second time, after the settling time, where the verdict hangs on nothing but the absence of runs; otherwise the first
 * look is the answer.
 */
export async function settleGate(
  first: Look,
  look: () => Promise<Look>,
  { clock, patient = true }: Pick<WatchPorts, "clock"> & { readonly patient?: boolean },
  signal?: AbortSignal,
): Promise<Watched> {
  const start = clock.now();
  const settling = first.reports.every(
    ({ decision, state }) => decision === "open" || (decision === "wait" && state === "missing"),
  );
  if (!patient || verdictOf(first) !== "wait" || !settling || first.settlesAt === undefined) {
    return { look: first, verdict: verdictOf(first), elapsedMs: 0, late: false };
  }
  await clock.sleep(Math.max(0, first.settlesAt - start), signal);
  const seen = await look();
  return { look: seen, verdict: verdictOf(seen), elapsedMs: clock.now() - start, late: false };
}

function verdictOf({ branch, optedOut, reports }: Look): GateDecision {
  // Requiring nothing by mistake is unknown, however the branch is.
  return decideGate(
    reports.length === 0 && !optedOut ? [] : [branch.decision, ...reports.map(({ decision }) => decision)],
  );
}

function isFinal(verdict: GateDecision): boolean {
  return verdict === "open" || verdict === "defer" || verdict === "closed";
}

// A run that is missing without a proof is unknown as well, but how long that may last is bounded by `appearWithin`. A pause that
// the forge asked for is no new doubt.
function isStrange({ branch, reports, causes }: Look): boolean {
  if (causes.some(({ retryAfterMs }) => retryAfterMs !== undefined)) return false;
  if (branch.decision === "unknown") return true;
  return reports.some(({ decision, state }) => decision === "unknown" && state !== "missing");
}

function pauseAfter(seen: Look, { pollMs }: CompleteGatePolicy, { clock, random = Math.random }: WatchPorts): number {
  const asked = Math.max(0, ...seen.causes.map(({ retryAfterMs }) => retryAfterMs ?? 0));
  if (asked > 0) return asked;
  const base = isStrange(seen) ? Math.min(pollMs, unknownPauseMs) : pollMs;
  const spread = base * (0.9 + 0.2 * random());
  const settle = seen.settlesAt === undefined ? spread : seen.settlesAt - clock.now();
  return settle > 0 ? Math.min(spread, settle) : spread;
}

function pendingOf(reports: readonly CheckReport[]): readonly string[] {
  return reports.filter(({ decision }) => decision !== "open").map(({ name }) => name);
}
