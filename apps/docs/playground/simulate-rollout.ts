import { memoryJournal } from "../../../packages/fleet/src/journal/memory-journal.ts";
import { rollOut } from "../../../packages/fleet/src/roll-out.ts";
import { createVirtualFleet } from "../../../packages/fleet/src/testing/virtual-fleet.ts";
import { parseCommitSha } from "../../../packages/kernel/src/vocabulary/commit-sha.ts";
import type { Clock } from "../../../packages/kernel/src/time/clock.ts";
import { parseSlug } from "../../../packages/kernel/src/vocabulary/slug.ts";

/** Choice about a rollout. */
export interface RolloutChoice {
  readonly tenants: number;
  readonly pace: "batch of 3" | "waves 1, 5, 25 %" | "window";
  /** Share of tenants that the release breaks, in percent. */
  readonly broken: number;
  readonly maxStragglers: number;
}

/** The state of a tenant as it is drawn. */
export type Dot = "old" | "moving" | "moved" | "proven" | "hurt";

/** End of the rollout. */
export interface RolloutEnd {
  readonly outcome: string;
  readonly reason: string;
  /** Tenants that the release broke. */
  readonly hurt: number;
  readonly proven: number;
  readonly minutes: number;
}

const sha = parseCommitSha("b".repeat(40));
const paces = {
  "batch of 3": { batch: 3 },
  "waves 1, 5, 25 %": { waves: [1, 5, "25%"] },
  window: { window: { growth: 1, cap: 50 } },
} as const;

/**
 * Runs the real engine over a fleet in memory; `draw` sees every change, and `minuteMs` is the real time of a virtual minute.
 *
 * Which tenants a bad release breaks is the same for every pace, so that paces can be compared.
 */
export async function simulateRollout(
  { tenants, pace, broken, maxStragglers }: RolloutChoice,
  draw: (dots: readonly Dot[], minutes: number) => void,
  minuteMs: number,
): Promise<RolloutEnd> {
  const clock = createFastClock(minuteMs);
  const fleet = createVirtualFleet({ size: tenants, sleep: (ms) => clock.sleep(ms) });
  const dots: Dot[] = Array.from({ length: tenants }, () => "old");
  const isBroken = (at: number): boolean => (((at + 1) * 61) % 100) + 1 <= broken;
  const set = (slug: string, dot: Dot): void => {
    dots[Number(slug.slice(1)) - 1] = dot;
    draw([...dots], clock.now() / 60_000);
  };
  const policy = {
    canary: [parseSlug("t1")],
    pace: paces[pace],
    maxStragglers,
    soakMs: 60_000,
    verify: { timeoutMs: 240_000, intervalMs: 20_000 },
  };
  const verdict = await rollOut(
    { release: { sha, digests: {}, tag: "new" }, policy },
    {
      clock,
      prober: fleet.prober,
      journal: memoryJournal(),
      controlPlane: {
        enumerate: fleet.controlPlane.enumerate,
        async redeploy(selected, release, settings, signal) {
          for (const { slug } of selected) set(slug, "moving");
          const answer = await fleet.controlPlane.redeploy(selected, release, settings, signal);
          for (const { slug } of selected) {
            const at = Number(slug.slice(1)) - 1;
            if (isBroken(at)) fleet.silent.add(slug);
            set(slug, isBroken(at) ? "hurt" : "moved");
          }
          if (answer.kind !== "answered") return answer;
          const rows = answer.rows.map((row) => (fleet.silent.has(row.slug) ? { ...row, healthy: false } : row));
          return { ...answer, rows };
        },
      },
      report: (event) => {
        if (event.type === "tenant-verified") set(event.slug, "proven");
      },
    },
  );
  const hurt = dots.filter((dot) => dot === "hurt").length;
  const proven = dots.filter((dot) => dot === "proven").length;
  const minutes = Math.round(clock.now() / 60_000);
  return verdict.kind === "go"
    ? { outcome: "shipped", reason: "every tenant is accounted for", hurt, proven, minutes }
    : { outcome: verdict.outcome, reason: verdict.reason, hurt, proven, minutes };
}

/** A clock on which a minute takes `minuteMs`. */
function createFastClock(minuteMs: number): Clock {
  const started = performance.now();
  const speed = 60_000 / minuteMs;
  return {
    now: () => (performance.now() - started) * speed,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, ms / speed);
        signal?.addEventListener("abort", () => {
          clearTimeout(timer);
          reject(signal.reason as Error);
        });
      }),
  };
}
