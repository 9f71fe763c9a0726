import { found, type Reading, ReleaseError, unknown } from "@lateen/kernel";
import { describe, expect, it } from "vitest";
import type { CheckContext, CheckPolicy, CheckStep, FleetCheck, Measurement } from "./checks/check.ts";
import { replay } from "./engine/reducer.ts";
import { memoryJournal } from "./journal/memory-journal.ts";
import type { FleetPolicy } from "./policy.ts";
import type { Journal } from "./ports/journal.ts";
import { rollOut } from "./roll-out.ts";
import { createRandom } from "./testing/simulation/random.ts";
import { createVirtualRollout, release, sha, slug } from "./testing/virtual-rollout.ts";

type Answer = "good" | "bad" | "unknown" | "pending" | number;

interface Looks {
  readonly check: FleetCheck;
  readonly seen: CheckContext[];
}

/** A check in memory: `answer` is asked at each look. */
function checkAt(
  at: readonly CheckStep[],
  answer: (context: CheckContext, number: number) => Answer,
  policy: CheckPolicy & { readonly perTenant?: boolean; readonly name?: string } = {},
): Looks {
  const seen: CheckContext[] = [];
  const check: FleetCheck = {
    name: policy.name ?? "well",
    at,
    kind: "test",
    perTenant: policy.perTenant === true,
    about: "a test",
    hasEffects: false,
    policy: { timeoutMs: 60_000, everyMs: 5_000, maxAgeMs: 1e15, ...policy },
    observe: async (context) => {
      seen.push(context);
      return readingOf(answer(context, seen.length));
    },
  };
  return { check, seen };
}

function readingOf(answer: Answer): Reading<Measurement> {
  const sample = { source: "test:", query: "q", takenAt: 0 };
  if (answer === "unknown")
    return unknown(new ReleaseError({ code: "GONE", category: "unavailable", message: "the provider is gone" }));
  if (answer === "pending") return found({ kind: "pending", fact: "it runs", ...sample });
  if (typeof answer === "number") return found({ kind: "values", values: [{ value: answer }], ...sample });
  return found({ kind: "judged", passed: answer === "good", fact: `it is ${answer}`, ...sample });
}

const run = (looks: readonly Looks[], policy: FleetPolicy = {}, size = 6, journal: Journal = memoryJournal()) => {
  const world = createVirtualRollout(size);
  const verdict = world.run(policy, { checks: looks.map(({ check }) => check), journal });
  return { ...world, verdict };
};
const steps = ({ seen }: Looks) =>
  seen.map(({ step, wave, slug: one }) => [step, wave, ...(one === undefined ? [] : [one])].join(" "));

it("a tenant that dies while a check of its wave goes on for long is seen when the window opens next", async () => {
  const { fleet, run: start } = createVirtualRollout(12);
  const looks = checkAt(
    ["wave"],
    ({ slugs }) => {
      if (!slugs.includes(slug("t2"))) return "good";
      fleet.silent.add(slug("t2"));
      return "pending";
    },
    { timeoutMs: 36_000_000 },
  );
  const pace = { window: { growth: 1, cap: 2 } };
  const verdict = await start({ pace, soakMs: 0 }, { checks: [looks.check] });
  expect(verdict).toMatchObject({ kind: "stop", code: "TENANTS_FAILED", reason: expect.stringContaining("t2") });
  expect(fleet.calls.flat().length).toBeLessThan(6);
});

describe("the steps at which checks run", () => {
  it("are the canary, every later wave, the soak, and the fleet", async () => {
    const looks = checkAt(["canary", "wave", "soak", "fleet"], () => "good");
    const { verdict } = run([looks]);
    expect(await verdict).toMatchObject({ kind: "go", value: { moved: 6 } });
    expect(steps(looks)).toEqual(["canary canary", "soak canary", "wave batch-1", "wave batch-2", "fleet fleet"]);
  });

  it("run once for each tenant of the step if the check names one", async () => {
    const looks = checkAt(["canary", "wave"], () => "good", { perTenant: true });
    await run([looks]).verdict;
    expect(steps(looks)).toEqual([
      "canary canary t1",
      ...["t2", "t3", "t4"].map((one) => `wave batch-1 ${one}`),
      ...["t5", "t6"].map((one) => `wave batch-2 ${one}`),
    ]);
  });

  it("know who has moved and who has not", async () => {
    const looks = checkAt(["wave"], () => "good");
    await run([looks]).verdict;
    const groups = looks.seen.map(({ slugs, moved, unmoved }) => ({
      slugs: slugs.length,
      moved: moved.length,
      unmoved: unmoved.length,
    }));
    expect(groups).toEqual([
      { slugs: 3, moved: 4, unmoved: 2 },
      { slugs: 2, moved: 6, unmoved: 0 },
    ]);
  });

  it("are all reported, with the samples that decided", async () => {
    const looks = checkAt(["canary"], () => 0.5, { below: 1, samples: 2 });
    const { verdict, events } = run([looks]);
    const { value } = await verdict;
    expect(value?.checks).toMatchObject([
      {
        name: "well",
        step: "canary",
        wave: "canary",
        verdict: "passed",
        value: "0.5",
        below: 1,
        samples: [{ verdict: "good" }, { verdict: "good" }],
      },
    ]);
    const types = new Set(events.map(({ type }) => type));
    expect([...types]).toEqual(
      expect.arrayContaining(["checks-started", "check-sampled", "check-judged", "checks-passed"]),
    );
  });

  it("are none in a rollback", async () => {
    const looks = checkAt(["canary", "wave", "soak", "fleet"], () => "bad");
    const { ports } = createVirtualRollout();
    const verdict = await rollOut(
      { release, policy: { canary: [slug("t1")] }, purpose: { kind: "rollback" } },
      { ...ports, checks: [looks.check] },
    );
    expect(verdict.kind).toBe("go");
    expect(looks.seen).toEqual([]);
  });
});

describe("many tenants in one step", () => {
  it("wait for their turn, which is not the time that their check has", async () => {
    const world = createVirtualRollout(101);
    const looks = checkAt(["wave"], () => "good", { perTenant: true, timeoutMs: 15_000 });
    const { observe } = looks.check;
    const slow: FleetCheck = {
      ...looks.check,
      async observe(context, signal) {
        await world.clock.sleep(10_000, signal);
        return observe(context, signal);
      },
    };
    const verdict = await world.run({ pace: { waves: [1, 100] }, soakMs: 0 }, { checks: [slow] });
    expect(verdict, verdict.kind === "stop" ? verdict.reason : "").toMatchObject({ kind: "go" });
    expect(verdict.value?.checks?.map(({ slug: one }) => one)).toEqual(
      Array.from({ length: 100 }, (_, index) => `t${index + 2}`),
    );
  });
});

describe("a check that does not pass", () => {
  it.each([
    ["canary", 1],
    ["soak", 1],
    ["wave", 4],
    ["fleet", 6],
  ] as const)("halts at the %s, after %i tenants", async (step, moved) => {
    const { verdict } = run([checkAt([step], () => "bad")]);
    expect(await verdict).toMatchObject({
      kind: "stop",
      outcome: "halted",
      value: { moved, checks: [{ step, verdict: "failed" }] },
    });
  });

  it.each([
    ["canary", "wait", 60],
    ["canary", "halt", 0],
    ["wave", "wait", 60],
    ["soak", "wait", 60],
    ["fleet", "halt", 0],
  ] as const)("is unknown at the %s (%s) and halts after %i s", async (step, onUnknown, seconds) => {
    const looks = checkAt([step], () => "unknown", { onUnknown });
    const { verdict } = run([looks]);
    const ended = await verdict;
    expect(ended).toMatchObject({ kind: "stop", outcome: "halted", value: { checks: [{ verdict: "unknown" }] } });
    expect(ended.kind === "stop" && ended.reason).toContain("check well is unknown");
    const report = ended.value?.checks?.[0];
    expect((report?.at ?? 0) - (looks.seen[0]?.startedAt ?? 0)).toBe(seconds * 1_000);
  });

  it("names the tenant", async () => {
    const ended = await run([
      checkAt(["wave"], ({ slug: one }) => (one === "t3" ? "bad" : "good"), { perTenant: true }),
    ]).verdict;
    expect(ended.kind === "stop" && ended.reason).toContain("check well failed on t3: it is bad");
  });

  it("ends the others of its step", async () => {
    const slow = checkAt(["canary"], () => "pending", { name: "slow", timeoutMs: 3_600_000 });
    const { verdict, minutes } = run([slow, checkAt(["canary"], () => "bad")]);
    expect(await verdict).toMatchObject({ outcome: "halted" });
    expect(minutes()).toBeLessThan(3);
  });

  it("takes the moved tenants back if that is wanted", async () => {
    const { ports, fleet } = createVirtualRollout();
    const verdict = await rollOut(
      { release, policy: { canary: [slug("t1")], onFailure: "rollback" }, tagOf: () => "old" },
      {
        ...ports,
        controlPlane: {
          ...fleet.controlPlane,
          redeploy: async (tenants, to) => {
            for (const tenant of tenants) fleet.runs.set(tenant.slug, to.sha);
            return {
              kind: "answered",
              ok: true,
              rows: tenants.map((tenant) => ({ slug: tenant.slug, healthy: true, onTarget: true, hasError: false })),
            };
          },
        },
        checks: [checkAt(["canary"], () => "bad").check],
      },
    );
    expect(verdict).toMatchObject({ kind: "stop", outcome: "halted" });
    expect(fleet.runs.get(slug("t1"))).toBe("a".repeat(40));
  });

  it("halts in the middle of a soak, and the soak does not go on", async () => {
    const { verdict, minutes } = run(
      [checkAt(["soak"], (_, number) => (number < 3 ? "good" : "bad"), { forMs: "soak" })],
      { soakMs: 3_600_000 },
    );
    expect(await verdict).toMatchObject({ outcome: "halted" });
    expect(minutes()).toBeLessThan(5);
  });

  it("holds the wave up to the end of its own watch, however short the soak is", async () => {
    const looks = checkAt(["soak"], () => "good", { forMs: 120_000 });
    const { verdict } = run([looks], { soakMs: 10_000 });
    expect(await verdict).toMatchObject({ kind: "go" });
    const [first, last] = [looks.seen[0], looks.seen.at(-1)];
    expect(looks.seen).toHaveLength(25);
    expect(first?.startedAt).toBe(last?.startedAt);
  });
});

describe("a release under which one tenant in ten fails its users", () => {
  it("hurts at most 1.5 of 40 tenants on average if errors are checked", async () => {
    const rollouts = 100;
    let hurt = 0;
    for (let seed = 1; seed <= rollouts; seed++) {
      const random = createRandom(seed);
      const bad = new Set(Array.from({ length: 40 }, (_, index) => `t${index + 1}`).filter(() => random.chance(0.1)));
      const failing = (slugs: readonly string[]): number => slugs.filter((one) => bad.has(one)).length;
      const errors = checkAt(["canary", "wave"], ({ moved }) => failing(moved) / 40, { below: 0.01 });
      const { verdict, fleet } = run([errors], { pace: { waves: [1, 4, "25%"] }, soakMs: 0 }, 40);
      const ended = await verdict;
      expect({ seed, outcome: ended.kind }).toEqual({ seed, outcome: bad.size > 0 ? "stop" : "go" });
      hurt += failing([...fleet.runs].flatMap(([one, commit]) => (commit === sha ? [one] : [])));
    }
    expect(hurt / rollouts).toBeLessThanOrEqual(1.5);
    expect(hurt / rollouts).toBeGreaterThan(1);
  });
});

describe("after a halt by a check", () => {
  it.each(["kept", "lost"])(
    "the same rollout looks again and does not move another tenant before (journal %s)",
    async (journal) => {
      for (const step of ["canary", "wave", "soak", "fleet"] as const) {
        let well = false;
        const looks = checkAt([step], () => (well ? "good" : "bad"));
        const world = createVirtualRollout();
        const ports = { checks: [looks.check] };
        const kept = memoryJournal();
        const roll = () => world.run({}, { ...ports, journal: journal === "kept" ? kept : memoryJournal() });
        const first = await roll();
        const moved = first.value?.moved ?? 0;
        expect({ step, kind: first.kind }).toEqual({ step, kind: "stop" });
        const second = await roll();
        expect({ step, kind: second.kind, moved: second.value?.moved }).toEqual({ step, kind: "stop", moved: 0 });
        well = true;
        expect({ step, moved: (await roll()).value?.moved }).toEqual({ step, moved: 6 - moved });
      }
    },
  );

  it("looks again also if the first wave was the canary", async () => {
    let well = false;
    const looks = checkAt(["canary"], () => (well ? "good" : "bad"));
    const world = createVirtualRollout(1);
    const roll = () =>
      world.run({ canary: [], pace: { waves: [1] } }, { checks: [looks.check], journal: memoryJournal() });
    expect(await roll()).toMatchObject({ outcome: "halted", value: { moved: 1 } });
    expect(await roll()).toMatchObject({ outcome: "halted", value: { moved: 0 } });
    well = true;
    expect(await roll()).toMatchObject({ kind: "go", value: { moved: 0 } });
  });

  it("does not look again at what a finished journal says has passed", async () => {
    const looks = checkAt(["canary", "fleet"], () => "good");
    const world = createVirtualRollout();
    const journal = memoryJournal();
    await world.run({}, { checks: [looks.check], journal });
    const seen = looks.seen.length;
    expect(await world.run({}, { checks: [looks.check], journal })).toMatchObject({ kind: "go", value: { moved: 0 } });
    expect(looks.seen).toHaveLength(seen);
  });
});

describe("a process that dies in a check", () => {
  it.each(["canary", "soak", "wave", "fleet"] as const)("is followed by one that looks again (%s)", async (step) => {
    const world = createVirtualRollout();
    const journal = memoryJournal();
    const dying = new AbortController();
    const first = checkAt([step], () => (dying.abort(), "good"), { samples: 3 });
    await rollOut(
      { release, policy: { canary: [slug("t1")] } },
      { ...world.ports, journal, checks: [first.check] },
      dying.signal,
    );
    const opened = await journal.open();
    if (opened.kind === "stop") throw new Error(opened.reason);
    expect(replay(opened.value.entries)).toMatchObject({ finished: undefined, checks: [] });
    await opened.value.close();
    const second = checkAt([step], () => "good", { samples: 3 });
    const ended = await world.run({}, { journal, checks: [second.check] });
    expect(ended).toMatchObject({ kind: "go", value: { resumed: true } });
    expect(second.seen.filter((context) => context.wave === first.seen[0]?.wave)).toHaveLength(3);
    expect(ended.value?.release.sha).toBe(sha);
  });
});
