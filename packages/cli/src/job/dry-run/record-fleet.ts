import type { JournalEntry } from "@lateen/fleet";
import { type Evidence, found, go } from "@lateen/kernel";
import type { FleetCheck } from "@lateen/fleet/checks";
import type { FleetWiring } from "../../wiring/wiring.ts";

/** The fleet as it would be: tenants that were handed to the control plane run the release from then on. */
export function recordFleet({ controlPlane, prober, journal, access, checks, ...rest }: FleetWiring): FleetWiring {
  const moved = new Map<string, string>();
  const written: JournalEntry[] = [];
  return {
    access,
    wishes: { read: async () => undefined, ask: async () => undefined },
    pastRollouts: rest.pastRollouts,
    isDriven: rest.isDriven,
    checks: checks.map(asPlanned),
    controlPlane: {
      enumerate: (release, settings, signal) => controlPlane.enumerate(release, settings, signal),
      async redeploy(tenants, release) {
        for (const { slug } of tenants) moved.set(slug, release.sha);
        const rows = tenants.map(({ slug }) => ({
          slug,
          healthy: true,
          onTarget: true,
          hasError: false,
          commandOk: true,
        }));
        return { kind: "answered", ok: true, rows };
      },
    },
    prober: {
      async buildinfo(tenant, signal) {
        const sha = moved.get(tenant.slug);
        return sha === undefined ? prober.buildinfo(tenant, signal) : found(sha);
      },
    },
    journal: {
      read: async () => [...(await journal.read()), ...written],
      async open() {
        const entries = await journal.read();
        const append = async (more: readonly JournalEntry[]) => void written.push(...more);
        const nothing = async () => undefined;
        return go({ entries, append, rotate: nothing, close: nothing }, [recordedOnly]);
      },
    },
  };
}

/** A dry run holds no lock. */
const recordedOnly: Evidence = {
  rule: "journal",
  verdict: "held",
  fact: "the journal is only read",
  source: "a dry run",
  at: new Date(0).toISOString(),
};

/** A check that is not run: nothing has moved yet, so that its answer would be of the release before. */
function asPlanned(check: FleetCheck): FleetCheck {
  const { onUnknown, timeoutMs } = check.policy;
  return {
    ...check,
    policy: { onUnknown, timeoutMs, maxAgeMs: Number.POSITIVE_INFINITY },
    observe: async () =>
      found({ kind: "judged", passed: true, fact: check.about, source: check.about, query: check.about, takenAt: 0 }),
  };
}
