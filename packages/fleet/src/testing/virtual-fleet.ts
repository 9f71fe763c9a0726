import { found, parseCommitSha, parseSlug, ReleaseError, type Reading, type Slug, unknown } from "@lateen/kernel";
import type { ControlPlane, Redeployment, TenantRow } from "../ports/control-plane.ts";
import type { Prober } from "../ports/prober.ts";
import type { Tenant } from "../ports/tenant.ts";

/** Initial state of a fleet without sockets. */
export interface VirtualFleetOptions {
  readonly size: number;
  /** Waits a virtual time, so that moves take long without taking long. */
  readonly sleep?: (ms: number) => Promise<void>;
  /** Time that a move takes, in milliseconds. @default 60000 */
  readonly moveMs?: number;
  /** Name of the control plane. @default "prod" */
  readonly plane?: string;
  /** First letters of the slugs, followed by 1 … size. @default "t" */
  readonly prefix?: string;
}

/** A control plane and its tenants in memory: for hosts' tests, and for rollouts of many thousand tenants in virtual time. */
export interface VirtualFleet {
  readonly controlPlane: ControlPlane;
  readonly prober: Prober;
  /** Commit of every tenant; change one to put it off target. */
  readonly runs: Map<Slug, string>;
  /** Slugs of every call. */
  readonly calls: (readonly Slug[])[];
  /** Answers for the next calls, one each, instead of a move; `undefined` moves. */
  readonly answers: (Redeployment | undefined)[];
  /** Tenants that do not answer. */
  readonly silent: Set<Slug>;
}

/** Makes a {@link VirtualFleet} whose tenants run `a…a`. */
export function createVirtualFleet(options: VirtualFleetOptions): VirtualFleet {
  const { size, sleep, moveMs = 60_000, plane = "prod", prefix = "t" } = options;
  const runs = new Map(
    Array.from({ length: size }, (_, index) => [parseSlug(`${prefix}${index + 1}`), "a".repeat(40)]),
  );
  const calls: (readonly Slug[])[] = [];
  const answers: (Redeployment | undefined)[] = [];
  const silent = new Set<Slug>();
  return {
    runs,
    calls,
    answers,
    silent,
    prober: { buildinfo: async ({ slug }) => look(runs, silent, slug) },
    controlPlane: {
      enumerate: async () => found([...runs.keys()].map((slug) => ({ slug, plane }))),
      async redeploy(tenants, release) {
        calls.push(tenants.map((tenant) => tenant.slug));
        const answer = answers.shift();
        if (answer !== undefined) return answer;
        await sleep?.(moveMs);
        for (const { slug } of tenants) if (runs.has(slug)) runs.set(slug, parseCommitSha(release.sha));
        return { kind: "answered", ok: true, rows: tenants.map(rowOf) };
      },
    },
  };
}

function look(runs: ReadonlyMap<Slug, string>, silent: ReadonlySet<Slug>, slug: Slug): Reading<string> {
  const sha = runs.get(slug);
  if (sha !== undefined && !silent.has(slug)) return found(sha);
  return unknown(
    new ReleaseError({ code: "HTTP_UNREACHABLE", category: "unavailable", message: `${slug} does not answer` }),
  );
}

function rowOf({ slug }: Tenant): TenantRow {
  return { slug, healthy: true, onTarget: true, hasError: false };
}
