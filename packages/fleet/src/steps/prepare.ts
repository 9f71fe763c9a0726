import { type Slug, stop, type Release } from "@lateen/kernel";
import { done, forwardStop, refuse, type StepResult } from "./forward-stop.ts";
import { createAncestryOf } from "./ancestry-of.ts";
import { tolerance } from "../engine/count-or-percent.ts";
import type { Baseline, Stage } from "../engine/journal-entry.ts";
import type { ObserveOptions } from "./observe.ts";
import { hastenStages, planStages } from "../engine/plan-stages.ts";
import type { ResolvedPolicy } from "../policy.ts";
import type { RolloutInput, VerifyPorts } from "../ports/rollout-ports.ts";
import { type BaselineReading, readBaseline } from "./read-baseline.ts";
import { type Fleet, readFleet } from "./read-fleet.ts";

/** A rollout that is planned and may begin: nothing has been written yet. */
export interface Preparation extends BaselineReading {
  readonly fleet: Fleet;
  readonly stages: readonly Stage[];
}

/** Enumerates, checks, looks at every tenant and plans; `plan` and the rollout itself begin with the same lines. */
export async function prepare(
  input: RolloutInput,
  policy: ResolvedPolicy,
  ports: VerifyPorts,
  signal?: AbortSignal,
): Promise<StepResult<Preparation>> {
  const fleet = await readFleet(input, policy, ports, signal);
  if (fleet.kind === "stop") return forwardStop(fleet);
  const canary = chooseCanary(input, policy, fleet.value);
  if (canary.kind === "stop") return forwardStop(canary);
  const { tenants, pins } = fleet.value;
  const { baseline: seen, seenAt } = await readBaseline(tenants, observeOptions(input.release, policy, ports), signal);
  const baseline = forceCanary(seen, canary.value);
  const placed = checkPlaced(baseline, canary.value, fleet.value, policy);
  if (placed.kind === "stop") return forwardStop(placed);
  const rollable = tenants.filter((tenant) => !pins.has(tenant.slug));
  const planned = planStages({ tenants: rollable, baseline, fleetSize: rollable.length, canary: canary.value }, policy);
  const stages = input.purpose?.kind === "rollback" ? hastenStages(planned) : planned;
  return done({ fleet: fleet.value, baseline, seenAt, stages });
}

/** Options to look at tenants for `release`. */
export function observeOptions(release: Release, policy: ResolvedPolicy, ports: VerifyPorts): ObserveOptions {
  const { prober, clock } = ports;
  const ancestryOf = createAncestryOf(ports.history, release.sha, clock);
  return { target: release.sha, verify: policy.verify, prober, clock, ancestryOf };
}

function chooseCanary(input: RolloutInput, policy: ResolvedPolicy, fleet: Fleet): StepResult<readonly Slug[]> {
  const known = new Set(fleet.tenants.map((tenant) => tenant.slug));
  const missing = policy.canary.filter((slug) => !known.has(slug));
  if (missing.length > 0 && input.only === undefined)
    return refuse("CANARY_UNKNOWN", `the canary ${missing.join(", ")} is not in the enumerated fleet`);
  if (missing.length > 0 && input.withoutCanary === undefined) {
    return refuse(
      "CANARY_LEFT_OUT",
      `the selection leaves the canary ${missing.join(", ")} out: add it, or --override canary=REASON`,
    );
  }
  const pinned = policy.canary.filter((slug) => fleet.pins.has(slug));
  if (pinned.length > 0)
    return refuse("CANARY_PINNED", `the canary ${pinned.join(", ")} is pinned, so it could prove nothing`);
  return done(policy.canary.filter((slug) => known.has(slug)));
}

/** A canary is never quarantined: broken or not, it is moved and has to prove itself. */
function forceCanary(baseline: ReadonlyMap<Slug, Baseline>, canary: readonly Slug[]): ReadonlyMap<Slug, Baseline> {
  const forced = new Map(baseline);
  for (const slug of canary) if (forced.get(slug)?.kind === "broken") forced.set(slug, { kind: "movable" });
  return forced;
}

/** Tenants whose commit cannot be placed might be newer than the target; moving them could be a move backwards. */
function checkPlaced(
  baseline: ReadonlyMap<Slug, Baseline>,
  canary: readonly Slug[],
  fleet: Fleet,
  policy: ResolvedPolicy,
): StepResult<void> {
  const silent = [...baseline.values()].every((state) => state.kind === "broken");
  if (silent && canary.length === 0)
    return stop<never>({
      outcome: "unknown",
      code: "FLEET_SILENT",
      reason: "no tenant says what it runs, and without a canary nothing could be proven",
    });
  const unplaced = [...baseline].filter(([slug, state]) => state.kind === "unplaced" && !fleet.pins.has(slug));
  const onCanary = unplaced.some(([slug]) => canary.includes(slug));
  if (!onCanary && unplaced.length <= tolerance(policy.maxStragglers, fleet.tenants.length)) return done(undefined);
  const [first] = unplaced;
  const reason = first?.[1].kind === "unplaced" ? `: ${first[0]} ${first[1].reason}` : "";
  return stop<never>({
    outcome: "unknown",
    code: "TENANTS_UNPLACED",
    reason: `${unplaced.length} of the tenants run a commit that might be newer than the target${reason}`,
  });
}
