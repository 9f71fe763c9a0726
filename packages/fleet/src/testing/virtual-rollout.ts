import {
  type CommitSha,
  parseCommitSha,
  parseSlug,
  ReleaseError,
  type Slug,
  type Verdict,
  type Release,
} from "@lateen/kernel";
import { createFakeClock } from "@lateen/kernel/testing";
import type { FleetEvent } from "../events.ts";
import type { FleetReport } from "../coverage/fleet-report.ts";
import { memoryJournal } from "../journal/memory-journal.ts";
import type { FleetPolicy } from "../policy.ts";
import type { RolloutPorts } from "../ports/rollout-ports.ts";
import { rollOut } from "../roll-out.ts";
import { createVirtualFleet, type VirtualFleet } from "./virtual-fleet.ts";

type FakeClock = ReturnType<typeof createFakeClock>;

/** Commit that is rolled out, to tenants that run `a…a`. */
export const sha: CommitSha = parseCommitSha("b".repeat(40));
export const release: Release = { sha, digests: {}, tag: "new" };

/** A fault of the control plane. */
export const cause: ReleaseError = new ReleaseError({
  code: "CONTROL_PLANE_STATUS",
  category: "unavailable",
  message: "answered 503",
});

/** A fleet without sockets, in virtual time, and everything that a rollout over it needs, for the tests of this package. */
export interface VirtualRollout {
  readonly clock: FakeClock;
  readonly fleet: VirtualFleet;
  readonly ports: RolloutPorts;
  readonly events: readonly FleetEvent[];
  /** Rolls the {@link release} out, `t1` first; what is given here goes before the policy and the ports above. */
  run(policy?: FleetPolicy, more?: Partial<RolloutPorts>): Promise<Verdict<FleetReport>>;
  /** Virtual minutes since the beginning. */
  minutes(): number;
}

/** Makes a {@link VirtualRollout} over the tenants `t1` … `tN`. */
export function createVirtualRollout(size = 6): VirtualRollout {
  const clock = createFakeClock({ auto: true });
  const began = clock.now();
  const fleet = createVirtualFleet({ size, sleep: (ms) => clock.sleep(ms) });
  const events: FleetEvent[] = [];
  const ports: RolloutPorts = {
    ...fleet,
    clock,
    journal: memoryJournal(),
    report: (event) => void events.push(event),
  };
  return {
    clock,
    fleet,
    ports,
    events,
    run: (policy = {}, more = {}) =>
      rollOut({ release, policy: { canary: [slug("t1")], ...policy } }, { ...ports, ...more }),
    minutes: () => (clock.now() - began) / 60_000,
  };
}

/** The tenant of that name. */
export function slug(name: string): Slug {
  return parseSlug(name);
}
