import { createSender, parseCommitSha, parseSlug, secret, type Sender, type Slug } from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import { createControlPlane } from "../http/control-plane.ts";
import { createProber } from "../http/prober.ts";
import { memoryJournal } from "../journal/memory-journal.ts";
import type { FleetPolicy } from "../policy.ts";
import type { RolloutInput, RolloutPorts } from "../ports/rollout-ports.ts";
import { type ControlPlaneServer, startControlPlane } from "./control-plane.ts";
import { startTenants, type TenantsServer } from "./tenants.ts";

/** Initial state of a fleet on loopback. */
export interface FleetWorldOptions {
  /** Number of tenants; they are `t1` … `tN`. @default 6 */
  readonly size?: number;
  readonly policy?: FleetPolicy;
  /** Time that a move takes, in milliseconds. @default 0 */
  readonly moveMs?: number;
  /** Time after which a moved tenant dies, in milliseconds. @default never */
  readonly diesAfterMs?: number;
}

/** A control plane, its tenants, and everything that a rollout over them needs. */
export interface FleetWorld {
  readonly tenants: TenantsServer;
  readonly controlPlane: ControlPlaneServer;
  /** The commits: what everyone runs, and what is rolled out. */
  readonly before: string;
  readonly target: string;
  readonly input: RolloutInput;
  readonly ports: RolloutPorts;
  close(): Promise<void>;
}

/** Starts a small fleet with a policy of seconds where production takes minutes, and a clock that passes twenty of them in one. */
export async function startFleetWorld(options: FleetWorldOptions = {}): Promise<FleetWorld> {
  const { size = 6, moveMs = 0, diesAfterMs } = options;
  const [before, target] = ["a".repeat(40), "b".repeat(40)];
  const slugs = Array.from({ length: size }, (_, index) => `t${index + 1}`);
  const tenants = await startTenants({ slugs, sha: before });
  const shaOf = (tag: string) => (tag.endsWith(target.slice(0, 7)) ? target : before);
  const controlPlane = await startControlPlane({ tenants, shaOf, moveMs, diesAfterMs });
  const policy: FleetPolicy = {
    canary: [slug("t1")],
    soakMs: 1_200,
    verify: { timeoutMs: 8_000, intervalMs: 400 },
    ...options.policy,
  };
  const send = createSender(() => import("undici"), { maxSockets: 32 });
  return {
    tenants,
    controlPlane,
    before,
    target,
    input: {
      release: { sha: parseCommitSha(target), digests: {}, tag: `staging-${target.slice(0, 7)}` },
      policy,
      tagOf: (sha) => `staging-${sha.slice(0, 7)}`,
    },
    ports: portsOf(controlPlane, tenants, send),
    async close() {
      await Promise.all([controlPlane.close(), tenants.close()]);
    },
  };
}

function portsOf(plane: ControlPlaneServer, tenants: TenantsServer, send: Sender): RolloutPorts {
  const controlPlane = createControlPlane({ name: "prod", url: plane.url, token: secret(plane.token), send });
  return {
    controlPlane,
    prober: createProber({ url: tenants.buildinfo, send }),
    journal: memoryJournal(),
    clock: createScaledClock({ factor: 20 }),
  };
}

function slug(text: string): Slug {
  return parseSlug(text);
}
