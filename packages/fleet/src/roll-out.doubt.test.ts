import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { memoryJournal } from "./journal/memory-journal.ts";
import { rollOut } from "./roll-out.ts";
import type { FleetPolicy } from "./policy.ts";
import { type FleetWorld, type FleetWorldOptions, startFleetWorld } from "./testing/fleet-world.ts";

let world: FleetWorld;
afterEach(() => world.close());

/** The clock of the world passes twenty seconds in one; times of the fakes are real. */
async function start(policy: FleetPolicy = {}, options: FleetWorldOptions = {}): Promise<void> {
  world = await startFleetWorld({ size: 4, ...options, policy });
}

describe("answers of the control plane that are not the end", () => {
  test.each([
    // Longer than the pause before a call that did nothing is sent again, 250 ms on this clock.
    { kind: "gives-up", status: 504, afterMs: 50, workMs: 700 },
    { kind: "gives-up", status: 502, afterMs: 1_100, workMs: 1_900 },
    { kind: "gives-up", status: 524, afterMs: 50, workMs: 700 },
    { kind: "accepts", workMs: 250 },
  ] as const)("$kind $status: the tenant is observed, and in one call only", async (manner) => {
    await start({ verify: { timeoutMs: 30_000, intervalMs: 400 } });
    world.controlPlane.meet(manner, manner);
    const verdict = await rollOut(world.input, world.ports);
    expect(verdict).toMatchObject({ kind: "go", value: { verified: 4 } });
    expect(world.controlPlane.overlaps).toEqual([]);
    expect(world.controlPlane.moves()).toEqual([["t1"], ["t2", "t3", "t4"]]);
  });

  test("a 504 whose work never took effect is posted again, after the time of a proof", async () => {
    await start({ verify: { timeoutMs: 2_000, intervalMs: 400 } });
    world.controlPlane.meet({ kind: "status", status: 504 });
    expect(await rollOut(world.input, world.ports)).toMatchObject({ kind: "go", value: { verified: 4 } });
    expect(world.controlPlane.moves()).toEqual([["t1"], ["t1"], ["t2", "t3", "t4"]]);
  });

  test("the time of a proof runs on over interruptions, however often there are some", async () => {
    await start({ verify: { timeoutMs: 15_000, intervalMs: 400 } });
    world.controlPlane.meet({ kind: "status", status: 504 });
    const journal = memoryJournal();
    // Each time much shorter than a proof may take.
    const runOn = (resume: boolean, signal: AbortSignal) =>
      rollOut({ ...world.input, resume }, { ...world.ports, journal }, signal);
    const first = new AbortController();
    const begun = runOn(false, first.signal);
    await vi.waitUntil(() => world.controlPlane.moves().length > 0, { timeout: 30_000 });
    setTimeout(() => first.abort(), 300);
    await begun;
    let resumptions = 0;
    for (; resumptions < 20 && world.controlPlane.moves().length < 2; resumptions++)
      await runOn(true, AbortSignal.timeout(300));
    expect(resumptions).toBeGreaterThan(1);
    expect(world.controlPlane.moves().slice(0, 2)).toEqual([["t1"], ["t1"]]);
  });

  test("an accepted job that moves nothing is no success", async () => {
    await start({ verify: { timeoutMs: 1_000, intervalMs: 400 } });
    world.controlPlane.treat("t1", "skips");
    world.controlPlane.meet({ kind: "accepts", workMs: 0 });
    const verdict = await rollOut(world.input, world.ports);
    expect(verdict).toMatchObject({ kind: "stop", outcome: "halted", code: "CANARY_FAILED" });
    expect(world.controlPlane.moves()).toEqual([["t1"]]);
  });

  test.each([
    { name: "409", manner: { kind: "busy" } },
    { name: "429 with Retry-After", manner: { kind: "status", status: 429, retryAfter: "1" } },
    { name: "503 with Retry-After", manner: { kind: "status", status: 503, retryAfter: "1" } },
  ] as const)("$name before a batch is waited for", async ({ manner }) => {
    await start();
    world.controlPlane.meet(manner, manner, manner);
    expect(await rollOut(world.input, world.ports)).toMatchObject({ kind: "go", value: { verified: 4 } });
    expect(world.controlPlane.moves().slice(-2)).toEqual([["t1"], ["t2", "t3", "t4"]]);
  });

  test("a control plane that stays busy ends the rollout within its patience, and nothing has moved", async () => {
    await start({ verify: { timeoutMs: 2_000, intervalMs: 400 } });
    world.controlPlane.meet(...Array.from({ length: 50 }, () => ({ kind: "busy" }) as const));
    const verdict = await rollOut(world.input, world.ports);
    expect(verdict).toMatchObject({ outcome: "halted", code: "CONTROL_PLANE_REFUSED", value: { moved: 0 } });
    expect(verdict).toMatchObject({ reason: expect.stringContaining("the call for t1 was refused: ") as string });
    expect(world.controlPlane.moves().length).toBeLessThan(10);
  });

  test("rows that say Success for tenants that were not asked for stop the rollout", async () => {
    await start();
    world.controlPlane.meet({ kind: "overreaches" });
    const verdict = await rollOut(world.input, world.ports);
    expect(verdict).toMatchObject({
      kind: "stop",
      outcome: "halted",
      code: "STRANGERS_MOVED",
      reason: expect.stringContaining("t2, t3, t4"),
    });
    expect(world.controlPlane.moves()).toEqual([["t1"]]);
  });

  test("a dry run that lists one page is unknown, and nothing moves", async () => {
    await start();
    world.controlPlane.meetPlan({ kind: "pages", rows: 2 });
    expect(await rollOut(world.input, world.ports)).toMatchObject({ kind: "stop", outcome: "unknown" });
    expect(world.controlPlane.moves()).toEqual([]);
  });
});

describe("what is proven is watched", () => {
  const isDown = (slug: string): boolean => world.tenants.get(slug).manner === "down";

  /** Tenants that had been moved when `happened` became true; the times of the fakes are real. */
  async function movedWhen(happened: () => boolean): Promise<number> {
    while (!happened()) await pause(2);
    return world.controlPlane.moves().flat().length;
  }

  test.each<{ name: string; policy: FleetPolicy; wave: number }>([
    { name: "batches of one", policy: { pace: { batch: 1 } }, wave: 1 },
    { name: "waves", policy: { pace: { waves: [1, 3, "25%"] } }, wave: 4 },
    { name: "batches of three", policy: { pace: { batch: 3 } }, wave: 3 },
    { name: "a window", policy: { pace: { window: { growth: 1, cap: 8 } } }, wave: 8 },
  ])("an image that dies some time after its proof stops $name within a wave", async ({ policy, wave }) => {
    await start(
      { soakMs: 1_000, verify: { timeoutMs: 8_000, intervalMs: 400 }, ...policy },
      { size: 16, diesAfterMs: 200 },
    );
    const movedAtFirstDeath = movedWhen(() => world.tenants.slugs().some((slug) => isDown(slug)));
    const verdict = await rollOut(world.input, world.ports);
    expect(verdict).toMatchObject({ kind: "stop", outcome: "halted" });
    // A death just after the look before a wave is seen before the next one.
    expect(world.controlPlane.moves().flat().length).toBeLessThanOrEqual((await movedAtFirstDeath) + wave);
  });

  test("one lost look at a proven tenant is forgiven", async () => {
    await start({ pace: { batch: 1 } }, { size: 6 });
    let lost = 0;
    const prober: typeof world.ports.prober = {
      async buildinfo(tenant, signal) {
        const isLost = tenant.slug === "t2" && world.controlPlane.moves().flat().includes("t4") && lost++ === 0;
        return isLost
          ? { kind: "absent", proof: "a page of the balancer" }
          : await world.ports.prober.buildinfo(tenant, signal);
      },
    };
    expect(await rollOut(world.input, { ...world.ports, prober })).toMatchObject({
      kind: "go",
      value: { verified: 6 },
    });
    expect(lost).toBeGreaterThan(0);
  });
});

describe("looks are independent", () => {
  test.each(["request", "connection"] as const)(
    "a canary with one stale replica of two, chosen for each %s, is never shipped past",
    { timeout: 60_000 },
    async (balancing) => {
      const ends: string[] = [];
      for (let round = 0; round < 12; round++) {
        await start({ soakMs: 800, verify: { timeoutMs: 2_400, intervalMs: 400 } }, { size: 2 });
        world.tenants.set("t1", { balancing });
        world.controlPlane.treat("t1", "halves");
        const verdict = await rollOut(world.input, world.ports);
        ends.push(verdict.kind === "go" ? "go" : verdict.outcome);
        await world.close();
      }
      await start();
      // Six requests that agree by chance: 1 of 64; the soak and the sweep ask again.
      expect(ends.filter((end) => end === "go").length).toBeLessThanOrEqual(2);
      expect(ends).toContain("halted");
    },
  );

  test("a tenant that shows both commits is mixed, with what was seen", async () => {
    await start({ verify: { timeoutMs: 4_000, intervalMs: 400 } }, { size: 2 });
    world.controlPlane.treat("t1", "halves");
    const verdict = await rollOut(world.input, world.ports);
    expect(verdict).toMatchObject({ kind: "stop", outcome: "halted" });
    expect(verdict.kind === "stop" ? verdict.reason : "").toMatch(
      /\d+ × target, \d+ × aaaaaaa|\d+ × aaaaaaa, \d+ × target/,
    );
  });

  test("what a cache has stored proves nothing, and the cache is named", async () => {
    await start({ verify: { timeoutMs: 1_000, intervalMs: 400 } }, { size: 2 });
    for (const slug of ["t1", "t2"]) world.tenants.set(slug, { sha: world.target, manner: "cached" });
    const verdict = await rollOut(world.input, world.ports);
    expect(verdict).toMatchObject({ kind: "stop", value: { verified: 0 } });
    expect(JSON.stringify(verdict)).toContain("X-Cache: Hit from cloudfront");
  });

  test("an ingress that asks for a pause delays every look, and none of them is bad", async () => {
    await start({ soakMs: 400 }, { size: 3 });
    for (const slug of ["t1", "t2", "t3"]) world.tenants.set(slug, { manner: "throttled" });
    expect(await rollOut(world.input, world.ports)).toMatchObject({ kind: "go", value: { verified: 3 } });
  }, 60_000);
});
