import { found, parseCommitSha, parseSlug, type Slug } from "@lateen/kernel";
import { memoryJournal } from "../src/journal/memory-journal.ts";
import type { FleetPolicy } from "../src/policy.ts";
import type { ControlPlane } from "../src/ports/control-plane.ts";
import type { Prober } from "../src/ports/prober.ts";
import { rollOut } from "../src/roll-out.ts";
import { createVirtualClock } from "../src/testing/simulation/virtual-clock.ts";

const old = "1".repeat(40);
const target = parseCommitSha("2".repeat(40));

/** A rollout of one release over a fleet in memory. */
export interface VirtualOptions {
  readonly size: number;
  readonly policy: FleetPolicy;
  /** Share of the tenants that the release breaks. */
  readonly bad?: number;
  /** Moves that the control plane carries out at once. @default Infinity */
  readonly concurrency?: number;
  readonly seed?: number;
}

/** A rollout in virtual time whose moves take about a minute each, spread like real ones (log-normal, sigma 0.5). */
export async function rollOutVirtually({
  size,
  policy,
  bad = 0,
  concurrency = Infinity,
  seed = 1,
}: VirtualOptions): Promise<{ minutes: number; hurt: number; moved: number }> {
  const clock = createVirtualClock();
  const random = chance(seed);
  const slugs = Array.from({ length: size }, (_, index) => parseSlug(`t-${index}`));
  const runs = new Map<Slug, string>(slugs.map((slug) => [slug, old]));
  const broken = new Set<Slug>();
  const moved = new Set<Slug>();
  const lanes: number[] = Array.from({ length: Math.min(concurrency, size) }, () => 0);
  const move = async (slug: Slug) => {
    // The lane that is free first takes the next tenant.
    const lane = lanes.indexOf(Math.min(...lanes));
    const begin = Math.max(clock.now(), lanes[lane] ?? 0);
    const end = begin + 60_000 * Math.exp(0.5 * normal(random) - 0.125);
    lanes[lane] = end;
    await clock.sleep(end - clock.now());
    moved.add(slug);
    if (random() < bad) broken.add(slug);
    else runs.set(slug, target);
  };
  const controlPlane: ControlPlane = {
    enumerate: async () => found(slugs.map((slug) => ({ slug, plane: "bench" }))),
    async redeploy(selected) {
      await Promise.all(selected.map(({ slug }) => move(slug)));
      const rows = selected.map(({ slug }) => ({
        slug,
        healthy: !broken.has(slug),
        onTarget: !broken.has(slug),
        hasError: broken.has(slug),
      }));
      return { kind: "answered", ok: rows.every(({ healthy }) => healthy), rows };
    },
  };
  const prober: Prober = { buildinfo: async ({ slug }) => found(runs.get(slug) ?? "") };
  const started = clock.now();
  await rollOut(
    { release: { sha: target, digests: {}, tag: "bench" }, policy },
    { controlPlane, prober, journal: memoryJournal(), clock },
  );
  return { minutes: (clock.now() - started) / 60_000, hurt: broken.size, moved: moved.size };
}

/** A generator of numbers in [0, 1) that a seed decides. */
export function chance(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) / 4_294_967_296;
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
