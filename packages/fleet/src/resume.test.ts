import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Clock } from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import { bundled } from "../../cli/test/bundled-programs.ts";
import type { FleetEvent } from "./events.ts";
import { abandonRollout, inspectJournal } from "./journal/inspect-journal.ts";
import { parseEntry } from "./engine/journal-entry.ts";
import { createFileJournal } from "./journal/file/journal.ts";
import type { JournalEntry } from "./engine/journal-entry.ts";
import { memoryJournal } from "./journal/memory-journal.ts";
import type { FleetPolicy } from "./policy.ts";
import { rollOut } from "./roll-out.ts";
import { type FleetWorld, startFleetWorld } from "./testing/fleet-world.ts";

const [node, ...before] = bundled("rollOut");
// On a clock that passes twenty seconds in one, here and in the child.
const policy: FleetPolicy = { soakMs: 3_000, pace: { batch: 2 }, verify: { timeoutMs: 30_000, intervalMs: 400 } };

let world: FleetWorld;
let folder: string;
let running: ChildProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lateen-fleet-"));
});

afterEach(async () => {
  running?.kill("SIGKILL");
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a rollout in a child process and kills it as soon as an event passes `isTime`. */
async function dieAt(isTime: (event: FleetEvent) => boolean): Promise<void> {
  const { controlPlane, tenants, target: sha } = world;
  const settings = {
    controlPlane: controlPlane.url,
    token: controlPlane.token,
    buildinfo: tenants.buildinfo,
    folder,
    sha,
    policy,
  };
  running = spawn(node, [...before, JSON.stringify(settings)], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(running, "exit");
  for await (const line of createInterface({ input: running.stdout ?? process.stdin })) {
    if (isTime(JSON.parse(line) as FleetEvent)) break;
  }
  running.kill("SIGKILL");
  await ended;
}

async function resume(): Promise<Awaited<ReturnType<typeof rollOut>>> {
  return rollOut(
    { ...world.input, resume: true },
    { ...world.ports, clock: later(), journal: createFileJournal({ folder }) },
  );
}

/** The hour goes on from where the child, which skips pauses, may have left it. */
function later(): Clock {
  return createScaledClock({ factor: 20, now: world.ports.clock.now() + 60_000 });
}

const phases: readonly (readonly [string, (event: FleetEvent) => boolean])[] = [
  ["planned, nothing moved", (event) => event.type === "stages-planned"],
  ["the canary's call is in flight", (event) => event.type === "tenants-posted" && event.wave === "canary"],
  ["the canary has answered", (event) => event.type === "call-answered"],
  ["the canary is proven", (event) => event.type === "tenant-verified"],
  ["the soak has begun", (event) => event.type === "soak-probed"],
  ["the canary is through", (event) => event.type === "wave-finished"],
  ["a batch is in flight", (event) => event.type === "tenants-posted" && event.wave === "batch-1"],
  ["a batch is through", (event) => event.type === "wave-finished" && event.wave === "batch-1"],
  ["all are moved", (event) => event.type === "fleet-enumerated-again"],
];

describe("kill -9", () => {
  test.each(phases)(
    "[killed-in-rollout] when %s: no tenant is moved twice and every tenant is accounted for",
    async (_, isTime) => {
      world = await startFleetWorld({ size: 5, policy, moveMs: 60 });
      await dieAt(isTime);
      const verdict = await resume();
      expect(verdict, JSON.stringify(verdict)).toMatchObject({
        kind: "go",
        value: { enumerated: 5, verified: 5, resumed: true },
      });
      const moved = world.controlPlane.moves().flat();
      expect(moved.toSorted()).toEqual(["t1", "t2", "t3", "t4", "t5"]);
      expect(world.controlPlane.moves()[0]).toEqual(["t1"]);
      expect(await inspectJournal(createFileJournal({ folder }))).toMatchObject({
        state: "finished",
        outcome: "shipped",
      });
    },
  );

  test("in the soak: the rest of the soak is honoured, and only the rest", async () => {
    world = await startFleetWorld({ size: 2, policy });
    await dieAt((event) => event.type === "soak-probed");
    const entries = await createFileJournal({ folder }).read();
    const started = entries.find((entry) => entry.type === "soak-started");
    await resume();
    const after = await createFileJournal({ folder }).read();
    expect(after.filter((entry) => entry.type === "soak-started")).toHaveLength(1);
    const passed = after.find((entry) => entry.type === "soak-passed")?.at ?? 0;
    expect(passed).toBeGreaterThanOrEqual(started?.type === "soak-started" ? started.until : Number.NaN);
  });

  test("a run without --resume continues the same commit, and refuses another one until it is given up", async () => {
    world = await startFleetWorld({ size: 3, policy });
    await dieAt((event) => event.type === "soak-probed");
    const journal = createFileJournal({ folder });
    const other = {
      ...world.input,
      release: { sha: world.input.release.sha.replace("b", "c") as never, digests: {}, tag: "staging-cbbbbbb" },
    };
    const ports = { ...world.ports, journal };
    expect(await rollOut(other, ports)).toMatchObject({
      kind: "stop",
      outcome: "refused",
      reason: expect.stringContaining("unfinished"),
    });
    expect(await rollOut(world.input, ports)).toMatchObject({ kind: "go", value: { resumed: true } });
    expect(world.controlPlane.moves()).toEqual([["t1"], ["t2", "t3"]]);
  });
});

describe("resume", () => {
  test("where nothing was ever started is refused; a finished rollout is unchanged", async () => {
    world = await startFleetWorld({ size: 2, policy });
    const ports = { ...world.ports, journal: memoryJournal() };
    expect(await rollOut({ ...world.input, resume: true }, ports)).toMatchObject({ outcome: "refused" });
    await rollOut(world.input, ports);
    const again = await rollOut({ ...world.input, resume: true }, ports);
    expect(again).toMatchObject({ kind: "go", value: { moved: 0, verified: 2 } });
    expect(world.controlPlane.moves()).toEqual([["t1"], ["t2"]]);
  });

  test("after giving up, another commit may be rolled out", async () => {
    world = await startFleetWorld({ size: 2, policy });
    const facts: JournalEntry[] = [
      { type: "rollout-started", id: "x", release: { sha: "c".repeat(40) as never, digests: {}, tag: "t" }, at: 1 },
    ];
    const journal = memoryJournal(facts);
    const ports = { ...world.ports, journal };
    expect(await rollOut(world.input, ports)).toMatchObject({ outcome: "refused" });
    expect(await abandonRollout({ reason: "wrong commit" }, ports)).toMatchObject({
      kind: "go",
      value: { state: "abandoned" },
    });
    expect(await rollOut(world.input, ports)).toMatchObject({ kind: "go" });
  });
});

describe("the purpose of a rollout", () => {
  const purpose = { kind: "rollback", reason: "checkout fails", targets: ["default"] } as const;

  /** Interrupts it as soon as the first tenant is posted. */
  async function interrupt(more: Partial<FleetWorld["input"]>): Promise<ReturnType<typeof memoryJournal>> {
    world = await startFleetWorld({ size: 2, policy: { soakMs: 10, pace: { batch: 1 }, verify: { intervalMs: 5 } } });
    const [journal, stopping] = [memoryJournal(), new AbortController()];
    const report = (event: FleetEvent) => event.type === "tenants-posted" && stopping.abort();
    const verdict = await rollOut({ ...world.input, ...more }, { ...world.ports, journal, report }, stopping.signal);
    expect(verdict).toMatchObject({ kind: "stop", value: { interrupted: true } });
    return journal;
  }

  test("is in the journal, stays where nothing else is said, and is what the next one says otherwise", async () => {
    const journal = await interrupt({ purpose });
    expect(await inspectJournal(journal)).toMatchObject({ state: "unfinished", purpose });
    expect(await rollOut({ ...world.input, resume: true }, { ...world.ports, journal })).toMatchObject({ kind: "go" });
    expect(await inspectJournal(journal)).toMatchObject({ state: "finished", purpose });
  });

  test("is taken over by a rollback of the same commit", async () => {
    const journal = await interrupt({ purpose: { kind: "release", targets: ["default"] } });
    expect(await rollOut({ ...world.input, purpose }, { ...world.ports, journal })).toMatchObject({ kind: "go" });
    expect(await inspectJournal(journal)).toMatchObject({ purpose });
  });

  test("an unfinished rollback is no release's to continue", async () => {
    const journal = await interrupt({ purpose });
    const moves = world.controlPlane.moves().length;
    const release = { ...world.input, purpose: { kind: "release" } as const };
    expect(await rollOut(release, { ...world.ports, journal })).toMatchObject({
      kind: "stop",
      outcome: "refused",
      reason: expect.stringMatching(/unfinished rollback .*checkout fails.* lateen rollback/),
    });
    expect(world.controlPlane.moves()).toHaveLength(moves);
  });

  test("journals without it read as ever, and one with an unknown purpose is not guessed at", async () => {
    world = await startFleetWorld({ size: 1 });
    const started = { type: "rollout-started", id: "x", release: world.input.release, at: 1 } as const;
    expect(parseEntry(started)).toBeDefined();
    expect(parseEntry({ ...started, purpose })).toBeDefined();
    for (const unknown of [
      { kind: "experiment" },
      "rollback",
      { kind: "rollback", reason: 1 },
      { ...purpose, targets: [1] },
    ])
      expect(parseEntry({ ...started, purpose: unknown })).toBeUndefined();
  });
});

describe("an aborted signal", () => {
  test("starts nothing new, awaits what is in flight, accounts for everybody, and can be resumed", async () => {
    world = await startFleetWorld({ size: 4, policy, moveMs: 80 });
    const stopping = new AbortController();
    const journal = createFileJournal({ folder });
    const report = (event: FleetEvent) =>
      event.type === "tenants-posted" && event.wave === "batch-1" && stopping.abort();
    const verdict = await rollOut(world.input, { ...world.ports, journal, report }, stopping.signal);
    expect(verdict).toMatchObject({ kind: "stop", outcome: "halted", value: { interrupted: true, enumerated: 4 } });
    expect(world.controlPlane.moves()).toEqual([["t1"], ["t2", "t3"]]);
    expect(await readFile(join(folder, "rollout.jsonl"), "utf8")).toContain('"call-answered","call":2');
    expect(await rollOut(world.input, { ...world.ports, journal })).toMatchObject({
      kind: "go",
      value: { verified: 4, resumed: true },
    });
    expect(world.controlPlane.moves()).toEqual([["t1"], ["t2", "t3"], ["t4"]]);
  });

  test("ends a soak at once", async () => {
    world = await startFleetWorld({ size: 2, policy: { ...policy, soakMs: 3_600_000 } });
    const stopping = new AbortController();
    const report = (event: FleetEvent) => event.type === "soak-started" && stopping.abort();
    expect(await rollOut(world.input, { ...world.ports, report }, stopping.signal)).toMatchObject({
      value: { interrupted: true },
    });
  });
});
