import { type Reading, type ReleaseError, sameCommit, unknown } from "@lateen/kernel";
import type { Prober } from "./prober.ts";
import type { Tenant } from "./tenant.ts";
import { fleetError } from "../errors.ts";

/** A prober for the tenants of one control plane. */
export interface NamedProber {
  readonly name: string;
  readonly prober: Prober;
}

/** Several probers as one: each tenant is looked at as its control plane's tenants are. */
export function combineProbers(probers: readonly NamedProber[]): Prober {
  const byName = new Map(probers.map(({ name, prober }) => [name, prober]));
  return {
    async buildinfo(tenant, signal) {
      const prober = byName.get(tenant.plane);
      return prober === undefined ? unknown(withoutProber(tenant)) : prober.buildinfo(tenant, signal);
    },
  };
}

/** Two ways of looking at the same tenant, which have to agree: one that disagrees, or cannot be read, proves nothing. */
export function requireBoth(one: Prober, other: Prober): Prober {
  return {
    async buildinfo(tenant, signal) {
      const [first, second] = await Promise.all([one.buildinfo(tenant, signal), other.buildinfo(tenant, signal)]);
      if (first.kind !== "found") return first;
      if (second.kind !== "found") return second;
      if (sameCommit(first.value, second.value)) return longer(first, second);
      return unknown(contradiction(tenant, first.value, second.value));
    },
  };
}

function longer<T extends Reading<string> & { kind: "found" }>(one: T, other: T): T {
  return one.value.length >= other.value.length ? one : other;
}

function withoutProber({ slug, plane }: Tenant): ReleaseError {
  return fleetError("FLEET_NO_PROBER", "state", {
    message: `nothing proves what ${slug} of ${plane} runs`,
    fix: "add fleet.buildinfo, or a proof to its control plane",
  });
}

function contradiction({ slug }: Tenant, one: string, other: string): ReleaseError {
  return fleetError("FLEET_PROOFS_DIFFER", "unavailable", {
    retryable: false,
    message: `${slug} runs ${one.slice(0, 12)} by its control plane's proof and ${other.slice(0, 12)} by its own /buildinfo`,
    fix: "see which of the two is old: a cache in front of /buildinfo, or pods that have just been replaced",
  });
}
