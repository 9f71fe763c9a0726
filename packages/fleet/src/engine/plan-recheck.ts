import type { Slug } from "@lateen/kernel";
import type { CheckStep } from "../checks/check.ts";
import type { ResolvedPolicy } from "../policy.ts";
import type { Tenant } from "../ports/tenant.ts";
import { waveSize } from "./count-or-percent.ts";
import type { Baseline, Stage } from "./journal-entry.ts";

/** A planned rollout, and what was seen of its tenants. */
export interface RecheckInput {
  readonly fleet: { readonly tenants: readonly Tenant[]; readonly pins: ReadonlyMap<Slug, unknown> };
  readonly baseline: ReadonlyMap<Slug, Baseline>;
  readonly stages: readonly Stage[];
}

/**
 * Adds stages for tenants that run the target already, so that they are checked before anyone else is moved.
 *
 * That a tenant was moved by an earlier run does not say that it is well: that run may have been halted by a check, on a machine
 * whose journal is gone.
 */
export function planRecheck(
  { fleet, baseline, stages }: RecheckInput,
  policy: ResolvedPolicy,
  steps: ReadonlySet<CheckStep>,
): readonly Stage[] {
  if (![...steps].some((step) => step !== "promotion")) return stages;
  const canary = stages[0]?.canary === true && policy.canary.length > 0 ? [stages[0]] : [];
  const planned = new Set(stages.flatMap(({ slugs }) => slugs));
  const done = fleet.tenants.flatMap(({ slug }) => {
    const seen = baseline.get(slug);
    const isOn = seen?.kind === "done" && seen.verdict === "verified";
    return isOn && !planned.has(slug) && !fleet.pins.has(slug) ? [slug] : [];
  });
  const isCanary = new Set(policy.canary);
  const canaries =
    policy.canary.length > 0
      ? done.filter((slug) => isCanary.has(slug))
      : done.slice(0, impliedBy(policy, fleet.tenants.length));
  const others = done.filter((slug) => !canaries.includes(slug));
  const soakMs = steps.has("soak") ? policy.soakMs : 0;
  return [
    ...canary,
    ...stageOf("canary-on-target", canaries, true, soakMs),
    ...stageOf("on-target", others, false, "batch" in policy.pace ? 0 : soakMs),
    ...stages.slice(canary.length),
  ];
}

/** Without a configured canary the first wave is the canary. */
function impliedBy({ pace }: ResolvedPolicy, fleetSize: number): number {
  if ("waves" in pace) return waveSize(pace.waves[0] ?? 1, fleetSize);
  return "window" in pace ? 1 : 0;
}

function stageOf(name: string, slugs: readonly Slug[], canary: boolean, soakMs: number): readonly Stage[] {
  return slugs.length === 0 ? [] : [{ name, slugs, canary, lenient: false, soakMs }];
}
