import type { Slug } from "@lateen/kernel";
import { planBorn } from "../engine/plan-stages.ts";
import { readBaseline } from "./read-baseline.ts";
import { readFleet } from "./read-fleet.ts";
import type { Run } from "./run.ts";

/**
 * Enumerates once more: tenants that were born during the rollout are rolled last and counted like all others. Answers those that
 * are new.
 */
export async function reEnumerate(run: Run): Promise<readonly Slug[]> {
  const { policy, ports, state, input } = run;
  if (state.only !== undefined) {
    await run.record({ type: "fleet-enumerated-again", born: [], baseline: [], stages: [] });
    return [];
  }
  const fleet = await readFleet({ release: input.release, again: true }, policy, ports, run.signal);
  if (fleet.kind === "stop") {
    await run.record({
      type: "guard-stopped",
      guard: "enumeration",
      outcome: "unknown",
      reason: `whether tenants were born during the rollout is not known: ${fleet.reason}`,
    });
    return [];
  }
  const born = fleet.value.tenants.filter((tenant) => !state.tenants.has(tenant.slug));
  const listed = new Set<Slug>([...fleet.value.tenants.map((tenant) => tenant.slug), ...fleet.value.ephemeral]);
  const gone = [...state.tenants.keys()].filter((slug) => !listed.has(slug));
  const { baseline, seenAt } = await readBaseline(born, run.observing(input.release), run.signal);
  for (const [slug, at] of seenAt) run.seenAt.set(slug, at);
  const rollable = born.filter((tenant) => !fleet.value.pins.has(tenant.slug));
  await run.record({
    type: "fleet-enumerated-again",
    born,
    ephemeral: fleet.value.ephemeral,
    ...(gone.length === 0 ? {} : { gone }),
    pinned: born.map((tenant) => tenant.slug).filter((slug) => fleet.value.pins.has(slug)),
    baseline: [...baseline],
    stages: planBorn(
      { tenants: rollable, baseline, fleetSize: state.tenants.size + born.length, canary: [] },
      policy,
      state.enumerations + 1,
    ),
  });
  return born.map(({ slug }) => slug);
}
