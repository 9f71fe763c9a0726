import { interrupted, type Slug } from "@lateen/kernel";
import { oneLook } from "./look-once.ts";
import type { Baseline } from "../engine/journal-entry.ts";
import { type Observation, observe, type ObserveOptions } from "./observe.ts";
import type { Tenant } from "../ports/tenant.ts";

/** Commit of every tenant before the first move, and the times at which those that need no move were seen. */
export interface BaselineReading {
  readonly baseline: ReadonlyMap<Slug, Baseline>;
  readonly seenAt: ReadonlyMap<Slug, number>;
}

/**
 * Looks at every tenant once, and a second time, an interval later, at those that seem broken: one lost packet should not put
 * a healthy tenant into quarantine.
 * @throws ReleaseError `INTERRUPTED` as soon as `signal` aborts: a part of the fleet is no baseline
 */
export async function readBaseline(
  tenants: readonly Tenant[],
  options: ObserveOptions,
  signal?: AbortSignal,
): Promise<BaselineReading> {
  const once: ObserveOptions = { ...oneLook(options), samples: () => 1, calledOff: signal };
  const looks = await observe(tenants, once, signal);
  const doubtful = tenants.filter((tenant) => isBroken(looks.get(tenant.slug)));
  if (doubtful.length > 0) {
    await options.clock.sleep(options.verify.intervalMs, signal);
    for (const [slug, look] of await observe(doubtful, once, signal)) looks.set(slug, look);
  }
  if (signal?.aborted === true) throw interrupted(signal);
  const baseline = new Map<Slug, Baseline>();
  const seenAt = new Map<Slug, number>();
  for (const [slug, look] of looks) {
    baseline.set(slug, baselineOf(look));
    if (look.proven) seenAt.set(slug, look.at);
  }
  return { baseline, seenAt };
}

function isBroken(look: Observation | undefined): boolean {
  return look?.verdict === "unreachable" || (look?.verdict === "unknown" && look.sha === undefined);
}

function baselineOf(look: Observation): Baseline {
  const { verdict, sha, reason = "no reason given" } = look;
  if ((verdict === "verified" || verdict === "ahead") && sha !== undefined) return { kind: "done", verdict, sha };
  if (isBroken(look)) return { kind: "broken", reason };
  if (verdict === "unknown" && sha !== undefined) return { kind: "unplaced", sha, reason };
  return { kind: "movable", ...(sha === undefined ? {} : { sha }) };
}
