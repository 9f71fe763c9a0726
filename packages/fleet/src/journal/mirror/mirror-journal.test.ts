import { createGitRefLog } from "@lateen/git-log";
import { found, parseCommitSha, parseSlug, ReleaseError, unknown } from "@lateen/kernel";
import { createGitRepository } from "@lateen/git-log/testing";
import { createFakeClock } from "@lateen/kernel/testing";
import { describe, expect, test } from "vitest";
import type { FleetEvent } from "../../events.ts";
import { inspectJournal } from "../inspect-journal.ts";
import { memoryJournal } from "../memory-journal.ts";
import { type MirrorLog, mirrorJournal } from "./mirror-journal.ts";
import { readMirror } from "./read-mirror.ts";
import type { Journal } from "../../ports/journal.ts";
import type { RolloutPorts } from "../../ports/rollout-ports.ts";
import { rollOut } from "../../roll-out.ts";
import { describeJournalContract } from "../../testing/contracts.ts";
import { createVirtualFleet } from "../../testing/virtual-fleet.ts";

const release = { sha: parseCommitSha("b".repeat(40)), digests: {}, tag: "new" };
const policy = { canary: [parseSlug("t1")], pace: { batch: 1 } };
const cause = new ReleaseError({ code: "GIT_UNREACHABLE", category: "unavailable", message: "no network" });

/** A log in memory whose next appends can be made to fail, before or after they took. */
function memoryLog(): MirrorLog & { readonly faults: ("before" | "after")[]; readonly size: () => number } {
  const entries: { id: string; value: unknown }[] = [];
  const faults: ("before" | "after")[] = [];
  return {
    faults,
    size: () => entries.length,
    entries: async ({ limit }) => found(entries.toReversed().slice(0, limit)),
    async append(expected, { value }) {
      const fault = faults.shift();
      if (fault === "before") return { kind: "unknown", cause };
      const head = entries.at(-1);
      if ((head?.id ?? null) !== expected) return { kind: "lost", head: { id: head?.id ?? "" } };
      entries.push({ id: String(entries.length + 1), value: JSON.parse(JSON.stringify(value)) as unknown });
      return fault === "after"
        ? { kind: "unknown", cause }
        : { kind: "appended", head: { id: String(entries.length) } };
    },
  };
}

function machine(
  log: MirrorLog,
  fleet = createVirtualFleet({ size: 4 }),
  local = memoryJournal(),
): { readonly ports: RolloutPorts; readonly fleet: typeof fleet } {
  const clock = createFakeClock({ auto: true });
  return { fleet, ports: { ...fleet, clock, journal: mirrorJournal({ journal: local, log, clock, intervalMs: 0 }) } };
}

describe("a mirror that something else wrote", () => {
  const many = Array.from({ length: 300_000 }, () => ({}));
  test.each([
    { of: "facts that are none", facts: many },
    { of: "tenants that are none", facts: [{ type: "fleet-enumerated", at: 1, tenants: many }] },
  ])("with 300,000 $of is refused at its first fault, and crashes nothing", async ({ facts }) => {
    const entries = async () => found([{ id: "1".repeat(40), value: { schemaVersion: 1, from: 0, facts } }]);
    const before = process.cpuUsage();
    const reading = await readMirror({ entries });
    expect(reading).toMatchObject({ kind: "unknown", cause: { code: "JOURNAL_DAMAGED" } });
    // Time of the processor, which no pause of the machine adds to.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000);
  });
});

test.each([
  { newest: 1, asked: [8] },
  { newest: 8, asked: [8] },
  { newest: 9, asked: [8, 64] },
  { newest: 65, asked: [8, 64, 1_000] },
])("of a rollout of $newest entries no more than the last $asked are read, however many came before", async (row) => {
  const begun = { schemaVersion: 1, from: 0, facts: [] };
  const values = [begun, ...Array.from({ length: row.newest - 1 }, (_, at) => ({ ...begun, from: at + 1 }))];
  const log = [...Array.from({ length: 500 }, () => begun), ...values].map((value, at) => ({ id: String(at), value }));
  const asked: number[] = [];
  const entries = async ({ limit }: { readonly limit: number }) => (
    asked.push(limit),
    found(log.toReversed().slice(0, limit))
  );
  expect(await readMirror({ entries })).toMatchObject({ kind: "found", value: { head: String(log.length - 1) } });
  expect(asked).toEqual(row.asked);
});

describe("a mirrored journal", () => {
  test("[mirror-resumes] lets another machine resume what the first one left, without moving the proven again", async () => {
    const log = memoryLog();
    const first = machine(log);
    const gone = new AbortController();
    const report = (event: FleetEvent) => event.type === "wave-finished" && event.wave === "batch-2" && gone.abort();
    await rollOut({ release, policy }, { ...first.ports, report }, gone.signal);
    expect(first.fleet.calls).toEqual([["t1"], ["t2"], ["t3"]]);
    const second = machine(log, first.fleet);
    expect(await inspectJournal(second.ports.journal)).toMatchObject({ state: "unfinished", moved: 3, release });
    expect(await rollOut({ release, policy, resume: true }, second.ports)).toMatchObject({
      kind: "go",
      value: { resumed: true, verified: 4 },
    });
    expect(first.fleet.calls).toEqual([["t1"], ["t2"], ["t3"], ["t4"]]);
    expect(await inspectJournal(first.ports.journal)).toMatchObject({ state: "finished", outcome: "shipped" });
  });

  test("[writer-fenced] ends the earlier writer as soon as another one has taken over", async () => {
    const log = memoryLog();
    const first = machine(log);
    const second = machine(log, first.fleet);
    let taken: Promise<unknown> | undefined;
    const report = (event: FleetEvent): void => {
      if (event.type === "wave-started" && event.wave === "batch-1")
        taken ??= rollOut({ release, policy }, second.ports);
    };
    const verdict = await rollOut({ release, policy }, { ...first.ports, report });
    expect(verdict).toMatchObject({ outcome: "halted", reason: expect.stringContaining("taken this rollout over") });
    expect(await taken).toMatchObject({ kind: "go" });
  });

  test("that cannot be read or opened moves nothing; a push that fails later is made up for", async () => {
    const log = memoryLog();
    const broken = machine({ ...log, entries: async () => unknown(cause) });
    expect(await rollOut({ release, policy }, broken.ports)).toMatchObject({ outcome: "unknown" });
    log.faults.push("before");
    const refused = machine(log);
    await expect(rollOut({ release, policy }, refused.ports)).rejects.toBe(cause);
    expect([...broken.fleet.calls, ...refused.fleet.calls]).toEqual([]);
    const first = machine(log);
    const report = (event: FleetEvent) =>
      event.type === "wave-started" && log.faults.push(event.wave === "batch-1" ? "after" : "before");
    expect(await rollOut({ release, policy }, { ...first.ports, report })).toMatchObject({ kind: "go" });
    expect(await inspectJournal(machine(log).ports.journal)).toMatchObject({ state: "finished", outcome: "shipped" });
  });

  test("pushes one after the other: facts that come while a push is under way are no other machine", async () => {
    const log = memoryLog();
    const slow: MirrorLog = {
      ...log,
      append: async (...given) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return log.append(...given);
      },
    };
    const opened = await mirrorJournal({ journal: memoryJournal(), log: slow, intervalMs: 0 }).open();
    if (opened.kind === "stop") throw new Error(opened.reason);
    const { append, close } = opened.value;
    const started = { type: "rollout-started", id: "r", release, at: 1, seq: 1 } as const;
    await append([started, { type: "stages-planned", stages: [], at: 2, seq: 2 }]);
    const facts = ["one", "two", "three"].map(
      (reason, index) => ({ type: "rollout-halted", reason, at: 3, seq: 3 + index }) as const,
    );
    await Promise.all(facts.map((fact) => append([fact])));
    await close();
    const entries = await mirrorJournal({ journal: memoryJournal(), log }).read();
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  });

  test("holds several rollouts one after the other and reports the latest", async () => {
    const log = memoryLog();
    const { ports, fleet } = machine(log);
    await rollOut({ release, policy }, ports);
    const next = { sha: parseCommitSha("c".repeat(40)), digests: {}, tag: "newer" };
    await rollOut({ release: next, policy }, ports);
    expect(fleet.calls).toHaveLength(8);
    expect(await inspectJournal(machine(log).ports.journal)).toMatchObject({ release: next, state: "finished" });
  });
});

describe("on a git ref", () => {
  test("the rollout survives its machine", async () => {
    const repository = await createGitRepository();
    const log = createGitRefLog({ remote: repository.path, ref: "refs/lateen/rollouts" });
    const first = machine(log);
    await rollOut({ release, policy }, first.ports);
    expect(await inspectJournal(machine(log).ports.journal)).toMatchObject({ state: "finished", outcome: "shipped" });
    await repository.close();
  });

  test("a mirror of rollouts that together are 9 MB can be read", async () => {
    const repository = await createGitRepository();
    const log = createGitRefLog({ remote: repository.path, ref: "refs/lateen/rollouts" });
    const local = memoryJournal();
    await rollOut({ release, policy }, { ...machine(memoryLog()).ports, journal: local });
    const once = await local.read();
    const facts = [
      ...once.slice(0, -1),
      ...Array.from({ length: 1_000 }, () => once.slice(1, -1)).flat(),
      ...once.slice(-1),
    ];
    const bytes = Buffer.byteLength(JSON.stringify(facts));
    let head: string | null = null;
    for (let rollout = 0; rollout * bytes < 9_000_000; rollout++) {
      const appended = await log.append(head, { subject: "rollout", value: { schemaVersion: 1, from: 0, facts } });
      if (appended.kind !== "appended") throw new Error(JSON.stringify(appended));
      head = appended.head.id;
    }
    const elsewhere = createGitRefLog({ remote: repository.path, ref: "refs/lateen/rollouts" });
    expect(await readMirror(elsewhere)).toMatchObject({ kind: "found", value: { head } });
    await repository.close();
  });
});

describeJournalContract(
  "mirrored",
  async () => {
    const [local, log] = [memoryJournal(), memoryLog()];
    return () => mirrorJournal({ journal: local, log });
  },
  { describe, test },
);

test("a journal whose mirror cannot be opened is closed, so that its lock is not held", async () => {
  let isClosed = false;
  const journal = memoryJournal();
  const watched: Journal = {
    read: () => journal.read(),
    async open() {
      const opened = await journal.open();
      if (opened.kind === "stop") return opened;
      const close = async (): Promise<void> => void (isClosed = true);
      return { ...opened, value: { ...opened.value, close } };
    },
  };
  const log: MirrorLog = { ...memoryLog(), entries: () => Promise.reject(cause) };
  await expect(mirrorJournal({ journal: watched, log }).open()).rejects.toBe(cause);
  expect(isClosed).toBe(true);
});
