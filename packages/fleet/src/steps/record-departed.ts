import type { Slug } from "@lateen/kernel";
import { settingsOf } from "./read-fleet.ts";
import type { Run } from "./run.ts";

/**
 * Records which of the silent tenants `slugs` have left the fleet before their turn, and answers them.
 *
 * Both have to say so: the control plane had no row for the tenant, so it did nothing, and it lists the tenant no longer. One that
 * it acted on may be dead, and a canary has to be proven: they fail.
 */
export async function recordDeparted(run: Run, slugs: readonly Slug[]): Promise<ReadonlySet<Slug>> {
  const { state, policy, ports, input, signal } = run;
  const canary = new Set(policy.canary);
  const suspects = slugs.filter((slug) => state.tenants.get(slug)?.row === "silent" && !canary.has(slug));
  if (suspects.length === 0 || state.returning) return new Set();
  const reading = await ports.controlPlane.enumerate(input.release, settingsOf(policy), signal).catch(() => undefined);
  if (reading?.kind !== "found") return new Set();
  const listed = new Set(reading.value.map(({ slug }) => slug));
  const gone = suspects.filter((slug) => !listed.has(slug));
  if (gone.length > 0) await run.record({ type: "tenants-departed", slugs: gone });
  return new Set(gone);
}
