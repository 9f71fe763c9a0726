import type { ResolvedPolicy } from "../policy.ts";
import { tolerance, waveSize } from "./count-or-percent.ts";
import type { PolicyLimits } from "./journal-entry.ts";

/** The limits of `policy` in a fleet of `fleetSize` tenants whose rollout began at `startedAt`. */
export function limitsOfPolicy(
  policy: ResolvedPolicy,
  fleetSize: number,
  startedAt: number,
  checks: readonly string[] = [],
): PolicyLimits {
  const { verify, soakMs, callSize, maxControlPlaneFaults, canary, onFailure, deadlineMs, pace } = policy;
  return {
    tolerance: tolerance(policy.maxStragglers, fleetSize),
    soakMs,
    callSize,
    maxControlPlaneFaults,
    ...(deadlineMs === undefined ? {} : { deadline: startedAt + deadlineMs }),
    matches: verify.matches,
    samples: verify.samples,
    match: verify.match,
    waveSize: largestWave(pace, fleetSize),
    ...("window" in pace ? { windowGrowth: pace.window.growth } : {}),
    timeoutMs: verify.timeoutMs,
    intervalMs: verify.intervalMs,
    legacyControlPlane: policy.legacyControlPlane,
    ...(checks.length === 0 ? {} : { checks: checks.toSorted() }),
    canary,
    onFailure,
  };
}

function largestWave(pace: ResolvedPolicy["pace"], fleetSize: number): number {
  if ("batch" in pace) return pace.batch;
  return "window" in pace ? pace.window.cap : Math.max(...pace.waves.map((size) => waveSize(size, fleetSize)));
}

/** Of each limit the safer one; `onFailure`, the checks and the canary are those of `next`. */
export function saferLimits(previous: PolicyLimits, next: PolicyLimits): PolicyLimits {
  const least = (key: NumberOf) => chosen(Math.min, previous[key], next[key]);
  const most = (key: NumberOf) => chosen(Math.max, previous[key], next[key]);
  const given = {
    deadline: least("deadline"),
    waveSize: least("waveSize"),
    windowGrowth: least("windowGrowth"),
    // A call that was lost is observed for the longer time before it is sent again, and looks that agree are the longer time apart.
    timeoutMs: most("timeoutMs"),
    intervalMs: most("intervalMs"),
    legacyControlPlane: previous.legacyControlPlane === false ? false : next.legacyControlPlane,
    checks: next.checks,
  };
  return {
    tolerance: Math.min(previous.tolerance, next.tolerance),
    soakMs: Math.max(previous.soakMs, next.soakMs),
    callSize: Math.min(previous.callSize, next.callSize),
    maxControlPlaneFaults: Math.min(previous.maxControlPlaneFaults, next.maxControlPlaneFaults),
    matches: Math.max(previous.matches, next.matches),
    samples: Math.max(previous.samples, next.samples),
    match: previous.match === "strict" ? "strict" : next.match,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    canary: next.canary,
    onFailure: next.onFailure,
  };
}

type NumberOf = "deadline" | "waveSize" | "windowGrowth" | "timeoutMs" | "intervalMs";

function chosen(choose: (...values: number[]) => number, ...values: (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : choose(...known);
}

const names = {
  tolerance: "maxStragglers",
  soakMs: "soak",
  callSize: "callSize",
  maxControlPlaneFaults: "maxControlPlaneFaults",
  deadline: "deadline",
  matches: "verify.matches",
  samples: "verify.samples",
  match: "verify.match",
  waveSize: "the largest wave",
  windowGrowth: "window.growth",
  timeoutMs: "verify.timeout",
  intervalMs: "verify.interval",
  legacyControlPlane: "legacyControlPlane",
  checks: "checks",
  canary: "canary",
  onFailure: "onFailure",
} as const satisfies Readonly<Record<keyof PolicyLimits, string>>;

/** Limits that journals of earlier versions lack, `waveSize` being one that every later one has. */
const added: ReadonlySet<string> = new Set([
  "waveSize",
  "windowGrowth",
  "timeoutMs",
  "intervalMs",
  "legacyControlPlane",
  "checks",
] satisfies (keyof PolicyLimits)[]);

/** Differences between two policies, one sentence for each limit. */
export function describeChanges(previous: PolicyLimits, next: PolicyLimits): readonly string[] {
  const held = saferLimits(previous, next);
  return (Object.keys(names) as (keyof PolicyLimits)[]).flatMap((key) => {
    if (previous.waveSize === undefined && added.has(key)) return [];
    const [before, after, now] = [previous, next, held].map((limits) => shown(limits[key]));
    const what = key === "canary" ? "waves stay as they were planned" : `${now} holds`;
    return before === after ? [] : [`${names[key]} was ${before} and is ${after} now: ${what}`];
  });
}

function shown(value: PolicyLimits[keyof PolicyLimits]): string {
  if (value === undefined) return "none";
  return Array.isArray(value) ? value.join(", ") || "none" : String(value);
}

/** `policy` with the limits that hold. */
export function withLimits(policy: ResolvedPolicy, limits: PolicyLimits): ResolvedPolicy {
  const { tolerance: maxStragglers, soakMs, callSize, maxControlPlaneFaults, matches, samples, match } = limits;
  const { timeoutMs = policy.verify.timeoutMs, intervalMs = policy.verify.intervalMs } = limits;
  return {
    ...policy,
    maxStragglers,
    soakMs,
    callSize,
    maxControlPlaneFaults,
    legacyControlPlane: limits.legacyControlPlane ?? policy.legacyControlPlane,
    verify: { ...policy.verify, matches, samples, match, timeoutMs, intervalMs },
  };
}
