import type { ResolvedPolicy } from "../policy.ts";
import { tolerance } from "./count-or-percent.ts";
import type { PolicyLimits } from "./journal-entry.ts";

/** The limits of `policy` in a fleet of `fleetSize` tenants whose rollout began at `startedAt`. */
export function limitsOfPolicy(policy: ResolvedPolicy, fleetSize: number, startedAt: number): PolicyLimits {
  const { verify, soakMs, callSize, maxControlPlaneFaults, canary, onFailure, deadlineMs } = policy;
  return {
    tolerance: tolerance(policy.maxStragglers, fleetSize),
    soakMs,
    callSize,
    maxControlPlaneFaults,
    ...(deadlineMs === undefined ? {} : { deadline: startedAt + deadlineMs }),
    matches: verify.matches,
    samples: verify.samples,
    match: verify.match,
    canary,
    onFailure,
  };
}

/** Of each limit the safer one; `onFailure` and the canary are those of `next`. */
export function saferLimits(previous: PolicyLimits, next: PolicyLimits): PolicyLimits {
  const deadlines = [previous.deadline, next.deadline].filter((deadline) => deadline !== undefined);
  return {
    tolerance: Math.min(previous.tolerance, next.tolerance),
    soakMs: Math.max(previous.soakMs, next.soakMs),
    callSize: Math.min(previous.callSize, next.callSize),
    maxControlPlaneFaults: Math.min(previous.maxControlPlaneFaults, next.maxControlPlaneFaults),
    ...(deadlines.length === 0 ? {} : { deadline: Math.min(...deadlines) }),
    matches: Math.max(previous.matches, next.matches),
    samples: Math.max(previous.samples, next.samples),
    match: previous.match === "strict" ? "strict" : next.match,
    canary: next.canary,
    onFailure: next.onFailure,
  };
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
  canary: "canary",
  onFailure: "onFailure",
} as const satisfies Readonly<Record<keyof PolicyLimits, string>>;

/** Differences between two policies, one sentence for each limit. */
export function describeChanges(previous: PolicyLimits, next: PolicyLimits): readonly string[] {
  const held = saferLimits(previous, next);
  return (Object.keys(names) as (keyof PolicyLimits)[]).flatMap((key) => {
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
  return {
    ...policy,
    maxStragglers,
    soakMs,
    callSize,
    maxControlPlaneFaults,
    verify: { ...policy.verify, matches, samples, match },
  };
}
