import { go, ReleaseError } from "@lateen/kernel";
import { testEvidence } from "@lateen/kernel/testing";
import { describe, expect, test } from "vitest";
import type { FleetEvent } from "./events.ts";
import type { JournalEntry } from "./engine/journal-entry.ts";
import { memoryJournal } from "./journal/memory-journal.ts";
import type { RolloutInput, RolloutPorts } from "./ports/rollout-ports.ts";
import { rollOut } from "./roll-out.ts";
import { createVirtualRollout, release, sha, slug } from "./testing/virtual-rollout.ts";

describe("the journal", () => {
  test("holds the intent before the call is sent", async () => {
    const { fleet, run } = createVirtualRollout();
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

  test("[journal-unwritable] that cannot be written before the first move is an error, later it halts with an account", async () => {
    const { fleet, run } = createVirtualRollout();
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

  test("begins with an id that names the fleet, the commit and the time, and is another one each time", async () => {
    const controlPlanes = [{ name: "prod", url: "https://api.example.com" }];
    const idOf = async (fleet: RolloutInput["fleet"], random: number) => {
      const { ports } = createVirtualRollout(2);
      const journal = memoryJournal();
      await rollOut({ release, policy: {}, fleet, actor: "ada" }, { ...ports, journal, random: () => random });
      const [first] = journal.entries;
      expect(first).toMatchObject({ type: "rollout-started", fleet, actor: "ada", limits: { soakMs: 60_000 }, seq: 1 });
      return first?.type === "rollout-started" ? first.id : "";
    };
    const staging = {
      environment: "staging",
      controlPlanes,
      proof: "https://{slug}.example.com",
      candidate: "s-{sha7}",
    };
    expect(await idOf(staging, 0.25)).toBe("staging-bbbbbbbbbbbb-20260101T000000Z-40000000");
    expect(await idOf(staging, 0.5)).toBe("staging-bbbbbbbbbbbb-20260101T000000Z-80000000");
    expect(await idOf({ controlPlanes }, 0.5)).toBe("prod-bbbbbbbbbbbb-20260101T000000Z-80000000");
    expect(await idOf({ controlPlanes: [{ name: "../x y" }] }, 0)).toMatch(/^xy-b{12}-\w+-00000000$/);
  });

  test("resumed from any prefix, the rollout ends the same, and no proven tenant is posted again", async () => {
    const journal = memoryJournal();
    await createVirtualRollout().run({}, { journal });
    const whole = journal.entries.filter((entry) => entry.type !== "rollout-finished");
    expect(whole.length).toBeGreaterThan(20);
    for (let length = 4; length <= whole.length; length++) {
      const { fleet, run } = createVirtualRollout();
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
    const first = createVirtualRollout();
    const journal = memoryJournal();
    first.fleet.answers.push({ kind: "answered", ok: false, rows: [] });
    expect(await first.run({}, { journal })).toMatchObject({ outcome: "halted" });
    const died = journal.entries.filter((entry) => entry.type !== "rollout-finished");
    const { fleet, run } = createVirtualRollout();
    expect(await run({}, { journal: memoryJournal(died) })).toMatchObject({ outcome: "halted" });
    expect(fleet.calls).toEqual([]);
  });
});

describe("a rollout that is taken up", () => {
  async function prefixUntil(type: JournalEntry["type"]): Promise<readonly JournalEntry[]> {
    const journal = memoryJournal();
    await createVirtualRollout().run({ soakMs: 600_000 }, { journal });
    const end = journal.entries.findIndex((entry) => entry.type === type);
    if (end < 0) throw new Error(`the journal holds no ${type}`);
    return journal.entries.slice(0, end + 1);
  }

  test("waits for what is left of its soak, and no longer", async () => {
    const prefix = await prefixUntil("soak-started");
    const began = prefix.at(-1)?.at ?? 0;
    const { clock, fleet, run } = createVirtualRollout();
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
    const { fleet, run, minutes } = createVirtualRollout();
    fleet.runs.set(slug("t1"), sha);
    expect(await run({ soakMs: 600_000 }, { journal: memoryJournal(prefix) })).toMatchObject({ kind: "go" });
    expect(minutes()).toBeLessThan(20);
  });

  test("does not post a tenant that was brought to the target in between", async () => {
    const prefix = await prefixUntil("wave-finished");
    const { fleet, run } = createVirtualRollout();
    for (const name of ["t1", "t3", "t5", "t6"]) fleet.runs.set(slug(name), sha);
    expect(await run({}, { journal: memoryJournal(prefix) })).toMatchObject({ kind: "go", value: { verified: 6 } });
    expect(fleet.calls).toEqual([["t2", "t4"]]);
  });

  test("concludes nothing about tenants that were being looked at when it was interrupted", async () => {
    const { clock, fleet, ports, run } = createVirtualRollout();
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
      return go({ ...opened.value, append }, testEvidence);
    },
  };
}
