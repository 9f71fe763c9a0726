import { go, parseCommitSha, parseSlug, ReleaseError, type Slug, stop } from "@lateen/kernel";
import { createFakeClock, type FakeClock } from "@lateen/kernel/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { combineControlPlanes } from "./combine-control-planes.ts";
import type { FleetEvent } from "./fleet-event.ts";
import { inspectJournal } from "./inspect-journal.ts";
import type { JournalEntry } from "./journal-entry.ts";
import { memoryJournal } from "./memory-journal.ts";
import type { FleetPolicy } from "./policy.ts";
import type { RolloutPorts } from "./ports.ts";
import { rollOut } from "./roll-out.ts";
import { createVirtualFleet, type VirtualFleet } from "./testing/virtual-fleet.ts";

const sha = parseCommitSha("b".repeat(40));
const release = { sha, tag: "new" };
const slug = (name: string): Slug => parseSlug(name);
const cause = new ReleaseError({ code: "CONTROL_PLANE_STATUS", category: "unavailable", message: "answered 503" });

let clock: FakeClock;
let fleet: VirtualFleet;
let ports: RolloutPorts;
let events: FleetEvent[];

function begin(size: number): void {
  clock = createFakeClock({ auto: true });
  fleet = createVirtualFleet({ size, sleep: (ms) => clock.sleep(ms) });
  events = [];
  ports = { ...fleet, clock, journal: memoryJournal(), report: (event) => events.push(event) };
}

const run = (policy: FleetPolicy = {}, more: Partial<RolloutPorts> = {}) =>
  rollOut({ release, policy: { canary: [slug("t1")], ...policy } }, { ...ports, ...more });
const minutes = () => (clock.now() - Date.UTC(2026, 0, 1)) / 60_000;

beforeEach(() => begin(6));

describe("transient faults of the control plane", () => {
  test("are met with three more tries, 5, 10 and 20 seconds apart", async () => {
    fleet.answers.push({ kind: "transient", cause }, { kind: "transient", cause }, { kind: "transient", cause });
    expect(await run()).toMatchObject({ kind: "go", value: { verified: 6 } });
    expect(fleet.calls.slice(0, 5)).toEqual([["t1"], ["t1"], ["t1"], ["t1"], ["t2", "t3", "t4"]]);
    expect(events.flatMap((event) => (event.type === "call-retried" ? [event.delayMs] : []))).toEqual([
      5_000, 10_000, 20_000,
    ]);
  });

  test("halt after the fourth try, and the account is complete", async () => {
    fleet.answers.push(...Array.from({ length: 4 }, () => ({ kind: "transient" as const, cause })));
    expect(await run({ maxStragglers: 5 })).toMatchObject({
      outcome: "halted",
      value: { enumerated: 6, stragglers: expect.arrayContaining(["t1"]) },
    });
    expect(fleet.calls).toHaveLength(4);
  });

  test("are not met with another call for tenants that moved meanwhile", async () => {
    const twice = { ...fleet.controlPlane };
    let first = true;
    const controlPlane: RolloutPorts["controlPlane"] = {
      ...twice,
      async redeploy(tenants, ...rest) {
        if (tenants.length < 3 || !first) return twice.redeploy(tenants, ...rest);
        first = false;
        fleet.calls.push(tenants.map((tenant) => tenant.slug));
        for (const tenant of tenants.slice(0, 2)) fleet.runs.set(tenant.slug, sha);
        return { kind: "transient", cause };
      },
    };
    expect(await run({}, { controlPlane })).toMatchObject({ kind: "go" });
    expect(fleet.calls).toEqual([["t1"], ["t2", "t3", "t4"], ["t4"], ["t5", "t6"]]);
  });

  test("are forgiven as often as the breaker says, and the tenants count in the end", async () => {
    const faults = Array.from({ length: 4 }, () => ({ kind: "transient" as const, cause }));
    fleet.answers.push(undefined, ...faults);
    const verdict = await run({ maxControlPlaneFaults: 2, maxStragglers: 3 });
    expect(verdict).toMatchObject({ kind: "go", value: { verified: 3, stragglers: ["t2", "t3", "t4"] } });
  });
});

describe("a call that is turned away", () => {
  const auth = new ReleaseError({ code: "CONTROL_PLANE_AUTH", category: "auth", message: "answered 401" });

  test("has moved nobody, and halts", async () => {
    fleet.answers.push({ kind: "refused", cause });
    expect(await run()).toMatchObject({
      outcome: "halted",
      reason: expect.stringContaining("503"),
      value: { moved: 0 },
    });
    expect(fleet.calls).toEqual([["t1"]]);
  });

  test("for want of credentials is an error while nothing has moved, and a halt with an account afterwards", async () => {
    fleet.answers.push({ kind: "refused", cause: auth });
    await expect(run()).rejects.toBe(auth);
    expect(await inspectJournal(ports.journal)).toMatchObject({ state: "finished", moved: 0 });
    begin(6);
    fleet.answers.push(undefined, { kind: "refused", cause: auth });
    expect(await run()).toMatchObject({ outcome: "halted", reason: "answered 401", value: { moved: 1, verified: 1 } });
  });

  test("is on the record as waived where the canary was left out", async () => {
    const only = [slug("t2")] as const;
    const input = { release, policy: { canary: [slug("t1")] }, only, withoutCanary: "canary is on holiday" };
    const verdict = await rollOut(input, ports);
    expect(verdict).toMatchObject({ kind: "go", value: { enumerated: 1 } });
    expect(verdict.evidence).toContainEqual(
      expect.objectContaining({ rule: "canary", verdict: "waived", fact: "canary is on holiday" }),
    );
  });
});

describe("time", () => {
  test("canary, soak, batches: three moves, one soak, and one interval for each proof", async () => {
    await run({ soakMs: 600_000 });
    // 3 × (1 min move + 20 s proof) + 10 min soak + 20 s since the last proof.
    expect(minutes()).toBeCloseTo(3 * (1 + 1 / 3) + 10 + 1 / 3, 1);
  });

  test("the deadline stops what has not begun", async () => {
    const verdict = await run({ deadlineMs: 200_000, soakMs: 60_000 });
    expect(verdict).toMatchObject({ outcome: "halted", reason: expect.stringContaining("deadline") });
    expect(fleet.calls).toEqual([["t1"], ["t2", "t3", "t4"]]);
  });

  test("a fleet that flaps after the last move is no success", async () => {
    const report = (event: FleetEvent) =>
      event.type === "wave-finished" && event.wave === "batch-2" && fleet.runs.set(slug("t2"), "a".repeat(40));
    expect(await run({}, { report })).toMatchObject({ outcome: "halted", value: { stragglers: ["t2"] } });
  });
});

describe("the pace", () => {
  test("waves soak one by one", async () => {
    begin(12);
    await run({ canary: [], pace: { waves: [1, 5, "25%"] } });
    expect(fleet.calls.map((call) => call.length)).toEqual([1, 5, 3, 3]);
    expect(events.filter((event) => event.type === "soak-started")).toHaveLength(4);
  });

  test("the window doubles while everything is well", async () => {
    begin(40);
    await run({ pace: { window: { growth: 1, cap: 16 } } });
    expect(fleet.calls.map((call) => call.length)).toEqual([1, 2, 4, 8, 16, 9]);
  });

  test("after each wave the evidence so far is told: 30 healthy, below 9.5 %", async () => {
    begin(30);
    await run({ pace: { batch: 29 } });
    const bounds = events.flatMap((event) =>
      event.type === "wave-finished" ? [[event.healthy, event.failureBound.toFixed(3)]] : [],
    );
    expect(bounds).toEqual([
      [1, "0.950"],
      [30, "0.095"],
    ]);
  });

  test("10,000 tenants take linear time", async () => {
    begin(10_000);
    const start = performance.now();
    expect(await run({ pace: { batch: 10 } })).toMatchObject({ kind: "go", value: { verified: 10_000 } });
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

describe("several control planes", () => {
  const second = () => createVirtualFleet({ size: 2, plane: "eu", prefix: "e", sleep: (ms) => clock.sleep(ms) });

  test("a wave is one call for each of them, and each gets only its own tenants", async () => {
    begin(2);
    const eu = second();
    for (const [name, runs] of eu.runs) fleet.runs.set(name, runs);
    const controlPlane = combineControlPlanes([
      {
        name: "prod",
        plane: {
          ...fleet.controlPlane,
          enumerate: async () => ({
            kind: "found",
            value: [
              { slug: slug("t1"), plane: "x" },
              { slug: slug("t2"), plane: "x" },
            ],
          }),
        },
      },
      {
        name: "eu",
        plane: {
          ...fleet.controlPlane,
          enumerate: async () => ({
            kind: "found",
            value: [...eu.runs.keys()].map((name) => ({ slug: name, plane: "x" })),
          }),
        },
      },
    ]);
    const verdict = await run({}, { controlPlane });
    expect(verdict).toMatchObject({ kind: "go", value: { enumerated: 4, verified: 4 } });
    expect(fleet.calls).toEqual([["t1"], ["t2"], ["e1", "e2"]]);
    expect(verdict.value?.tenants.map((line) => line.plane)).toEqual(["prod", "prod", "eu", "eu"]);
  });

  test("one that cannot be read makes the fleet unknown, one tenant of two owners refused: nothing moves", async () => {
    begin(2);
    const unread = combineControlPlanes([
      { name: "prod", plane: fleet.controlPlane },
      { name: "eu", plane: { ...second().controlPlane, enumerate: async () => ({ kind: "unknown", cause }) } },
    ]);
    expect(await run({}, { controlPlane: unread })).toMatchObject({ outcome: "unknown" });
    const twice = combineControlPlanes([
      { name: "prod", plane: fleet.controlPlane },
      { name: "eu", plane: fleet.controlPlane },
    ]);
    expect(await run({}, { controlPlane: twice })).toMatchObject({
      outcome: "refused",
      reason: expect.stringContaining("claimed by prod and by eu"),
    });
    expect(fleet.calls).toEqual([]);
  });
});

describe("history", () => {
  const compare = (ahead: readonly string[]) => async (_: string, head: string) => ({
    kind: "found" as const,
    value: ahead.includes(head) ? ("ahead" as const) : ("behind" as const),
  });

  test("a tenant ahead of the target is never moved back", async () => {
    fleet.runs.set(slug("t3"), "c".repeat(40));
    const verdict = await run({}, { history: { compare: compare(["c".repeat(40)]) } });
    expect(verdict).toMatchObject({ kind: "go", value: { verified: 5, ahead: 1, stragglers: [] } });
    expect(fleet.calls.flat()).not.toContain("t3");
  });

  test("under strict match it is", async () => {
    fleet.runs.set(slug("t3"), "c".repeat(40));
    const verdict = await run({ verify: { match: "strict" } }, { history: { compare: compare(["c".repeat(40)]) } });
    expect(verdict).toMatchObject({ kind: "go", value: { verified: 6, ahead: 0 } });
    expect(fleet.calls.flat()).toContain("t3");
  });

  test("where nobody knows whether tenants are ahead, nothing moves", async () => {
    const verdict = await run({}, { history: { compare: async () => ({ kind: "unknown", cause }) } });
    expect(verdict).toMatchObject({ outcome: "unknown", reason: expect.stringContaining("might be newer") });
    expect(fleet.calls).toEqual([]);
  });
});

describe("before the first move", () => {
  test("who does not answer at first is looked at twice before it counts as broken", async () => {
    fleet.silent.add(slug("t3"));
    void clock.sleep(10_000).then(() => fleet.silent.delete(slug("t3")));
    expect(await run()).toMatchObject({ kind: "go", value: { verified: 6 } });
    expect(fleet.calls).toEqual([["t1"], ["t2", "t3", "t4"], ["t5", "t6"]]);
  });
});

describe("the journal", () => {
  test("holds the intent before the call is sent", async () => {
    const journal = memoryJournal();
    const seen: boolean[] = [];
    const controlPlane: RolloutPorts["controlPlane"] = {
      ...fleet.controlPlane,
      redeploy(tenants, ...rest) {
        const last = journal.entries.at(-1);
        seen.push(last?.type === "tenants-posted" && last.slugs.join() === tenants.map((tenant) => tenant.slug).join());
        return fleet.controlPlane.redeploy(tenants, ...rest);
      },
    };
    await run({}, { journal, controlPlane });
    expect(seen).toEqual([true, true, true]);
  });

  test("that cannot be written before the first move is an error, later it halts with an account", async () => {
    const full = (after: number) => failingJournal(after);
    await expect(run({}, { journal: full(0) })).rejects.toMatchObject({ code: "JOURNAL_WRITE" });
    expect(fleet.calls).toEqual([]);
    const verdict = await run({}, { journal: full(7) });
    expect(verdict).toMatchObject({
      outcome: "halted",
      reason: expect.stringContaining("disk is full"),
      value: { enumerated: 6 },
    });
    expect(fleet.calls).toEqual([["t1"]]);
  });

  test("resumed from any prefix, the rollout ends the same, and nobody who was proven is posted again", async () => {
    const journal = memoryJournal();
    await run({}, { journal });
    const whole = journal.entries.filter((entry) => entry.type !== "rollout-finished");
    for (let length = 4; length <= whole.length; length++) {
      begin(6);
      const prefix: readonly JournalEntry[] = whole.slice(0, length);
      const proven = prefix.flatMap((entry) => (entry.type === "tenant-verified" ? [entry.slug] : []));
      for (const name of prefix.flatMap((entry) =>
        entry.type === "call-answered" ? entry.rows.map(([name]) => name) : [],
      ))
        fleet.runs.set(name, sha);
      const verdict = await run({}, { journal: memoryJournal(prefix) });
      expect(verdict).toMatchObject({ kind: "go", value: { verified: 6 } });
      expect(fleet.calls.flat().filter((name) => proven.includes(name))).toEqual([]);
      expect(new Set(fleet.calls.flat()).size).toBe(fleet.calls.flat().length);
    }
  });

  test("a rollout that died while it was stopping stays stopped", async () => {
    const journal = memoryJournal();
    fleet.silent.add(slug("t9"));
    fleet.answers.push({ kind: "answered", ok: false, rows: [] });
    await run({}, { journal });
    const died = journal.entries.filter((entry) => entry.type !== "rollout-finished");
    begin(6);
    expect(await run({}, { journal: memoryJournal(died) })).toMatchObject({ outcome: "halted" });
    expect(fleet.calls).toEqual([]);
  });
});

describe("what an answer may say", () => {
  const well = (name: string) => ({ slug: slug(name), healthy: true, onTarget: true, hasError: false });

  test("is only about the tenants of the call", async () => {
    const controlPlane: RolloutPorts["controlPlane"] = {
      ...fleet.controlPlane,
      async redeploy(...args) {
        const answer = await fleet.controlPlane.redeploy(...args);
        const stranger = { ...well("t5"), hasError: true };
        return answer.kind === "answered" && args[0][0].slug === "t1"
          ? { ...answer, rows: [stranger, ...answer.rows] }
          : answer;
      },
    };
    expect(await run({}, { controlPlane })).toMatchObject({ kind: "go", value: { verified: 6 } });
  });

  test("failures of tenants that were broken before halt nothing, not even one another", async () => {
    fleet.silent.add(slug("t2")).add(slug("t3"));
    const failed = (name: string) => ({
      kind: "answered" as const,
      ok: false,
      rows: [{ ...well(name), hasError: true }],
    });
    fleet.answers.push(undefined, undefined, undefined, undefined, failed("t2"), failed("t3"));
    const verdict = await run({ pace: { batch: 1 }, maxStragglers: 2 });
    expect(verdict).toMatchObject({ kind: "go", value: { quarantined: ["t2", "t3"] } });
    begin(6);
    fleet.silent.add(slug("t2")).add(slug("t3"));
    fleet.answers.push(undefined, undefined, undefined, undefined, failed("t2"), failed("t3"));
    expect(await run({ pace: { batch: 1 } })).toMatchObject({ outcome: "halted" });
    expect(fleet.calls.slice(-2)).toEqual([["t2"], ["t3"]]);
  });
});

describe("after the last move", () => {
  const afterwards = (change: () => unknown) => (event: FleetEvent) =>
    void (event.type === "sweep-started" && change());

  test("a canary that has strayed is never tolerated", async () => {
    const report = afterwards(() => fleet.runs.set(slug("t1"), "a".repeat(40)));
    const verdict = await run({ maxStragglers: 3 }, { report });
    expect(verdict).toMatchObject({
      outcome: "halted",
      reason: expect.stringContaining("the canary t1 is not proven"),
    });
  });

  test("a tenant that was proven and falls silent for a moment is waited for", async () => {
    const report = afterwards(() => {
      fleet.silent.add(slug("t4"));
      void clock.sleep(100_000).then(() => fleet.silent.delete(slug("t4")));
    });
    expect(await run({}, { report })).toMatchObject({ kind: "go", value: { verified: 6 } });
  });

  test("who is taken back is only who was moved here", async () => {
    fleet.answers.push(undefined, { kind: "answered", ok: false, rows: [] });
    const report = (event: FleetEvent) =>
      void (event.type === "rollout-halted" && fleet.runs.set(slug("t6"), "c".repeat(40)));
    const policy: FleetPolicy = { canary: [slug("t1")], onFailure: "rollback", verify: { timeoutMs: 60_000 } };
    const input = { release, policy, tagOf: (commit: string) => `old-${commit.slice(0, 7)}` };
    expect(await rollOut(input, { ...ports, report })).toMatchObject({ outcome: "halted" });
    // t2, t3 and t4 were in a call that failed before it moved them, t6 was moved by somebody else.
    expect(fleet.calls).toEqual([["t1"], ["t2", "t3", "t4"], ["t1"]]);
    expect(fleet.runs.get(slug("t6"))).toBe("c".repeat(40));
  });
});

test("a tenant that gave a short id is taken back where the history completes it, and left alone where not", async () => {
  for (const resolve of [undefined, async () => ({ kind: "found" as const, value: parseCommitSha("a".repeat(40)) })]) {
    begin(1);
    fleet.runs.set(slug("t1"), "aaaaaaa");
    fleet.answers.push(undefined);
    const history = {
      compare: async () => ({ kind: "found" as const, value: "behind" as const }),
      ...(resolve === undefined ? {} : { resolve }),
    };
    const report = (event: FleetEvent) => void (event.type === "soak-started" && fleet.silent.add(slug("t1")));
    const input = {
      release,
      policy: { canary: [slug("t1")], onFailure: "rollback" as const },
      tagOf: (commit: string) => `old-${commit}`,
    };
    expect(await rollOut(input, { ...ports, history, report })).toMatchObject({ outcome: "halted" });
    expect(fleet.calls).toHaveLength(resolve === undefined ? 1 : 2);
  }
});

describe("a rollout that is taken up", () => {
  async function prefixUntil(type: JournalEntry["type"]): Promise<readonly JournalEntry[]> {
    const journal = memoryJournal();
    await run({ soakMs: 600_000 }, { journal });
    return journal.entries.slice(0, journal.entries.findIndex((entry) => entry.type === type) + 1);
  }

  test("waits for what is left of its soak, and no longer", async () => {
    const prefix = await prefixUntil("soak-started");
    const began = prefix.at(-1)?.at ?? 0;
    begin(6);
    fleet.runs.set(slug("t1"), sha);
    await clock.sleep(began + 400_000 - clock.now());
    const passed: number[] = [];
    const report = (event: FleetEvent) => void (event.type === "soak-passed" && passed.push(clock.now()));
    expect(await run({ soakMs: 600_000 }, { journal: memoryJournal(prefix), report })).toMatchObject({ kind: "go" });
    expect(passed).toEqual([began + 600_000]);
  });

  test("does not wait longer than a soak where the clock was set back", async () => {
    const prefix = (await prefixUntil("soak-started")).map((entry) =>
      entry.type === "soak-started" ? { ...entry, until: entry.until + 86_400_000 } : entry,
    );
    begin(6);
    fleet.runs.set(slug("t1"), sha);
    expect(await run({ soakMs: 600_000 }, { journal: memoryJournal(prefix) })).toMatchObject({ kind: "go" });
    expect(minutes()).toBeLessThan(20);
  });

  test("does not post who was brought to the target meanwhile", async () => {
    const prefix = await prefixUntil("wave-finished");
    begin(6);
    for (const name of ["t1", "t3", "t5", "t6"]) fleet.runs.set(slug(name), sha);
    expect(await run({}, { journal: memoryJournal(prefix) })).toMatchObject({ kind: "go", value: { verified: 6 } });
    expect(fleet.calls).toEqual([["t2", "t4"]]);
  });

  test("concludes nothing about tenants that were being looked at when it was interrupted", async () => {
    const stopping = new AbortController();
    const journal = memoryJournal();
    fleet.answers.push({ kind: "answered", ok: true, rows: [] });
    void clock.sleep(90_000).then(() => stopping.abort());
    const verdict = await rollOut(
      { release, policy: { canary: [slug("t1")] } },
      { ...ports, journal },
      stopping.signal,
    );
    expect(verdict).toMatchObject({ value: { interrupted: true } });
    expect(journal.entries.filter((entry) => entry.type === "tenant-failed")).toEqual([]);
    fleet.runs.set(slug("t1"), sha);
    expect(await run({}, { journal })).toMatchObject({ kind: "go", value: { verified: 6 } });
    expect(fleet.calls.flat().filter((name) => name === "t1")).toHaveLength(1);
  });
});

describe("guards", () => {
  test("are asked before every wave, and after every soak", async () => {
    const asked: number[] = [];
    const guard = { name: "g", check: async () => (asked.push(fleet.calls.length), go(undefined)) };
    await run({}, { guards: [guard] });
    // Once at the start, then before the canary and each batch.
    expect(asked).toEqual([0, 0, 1, 2]);
  });

  test("the first one that stops is the reason, and the later ones are not asked", async () => {
    const first = { name: "first", check: async () => stop("superseded", "newer") };
    const second = { name: "second", check: async () => Promise.reject(new Error("asked")) };
    expect(await run({}, { guards: [first, second] })).toMatchObject({ outcome: "superseded", reason: "newer" });
  });
});

function failingJournal(after: number): RolloutPorts["journal"] {
  const journal = memoryJournal();
  let appends = 0;
  return {
    ...journal,
    async open() {
      const opened = await journal.open();
      if (opened.kind === "stop") return opened;
      const append: typeof opened.value.append = async (entries) => {
        if (appends++ >= after)
          throw new ReleaseError({ code: "JOURNAL_WRITE", category: "unavailable", message: "the disk is full" });
        return opened.value.append(entries);
      };
      return go({ ...opened.value, append });
    },
  };
}
