import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { parseCommitSha } from "@lateen/kernel";
import { createFakeClock } from "@lateen/kernel/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JournalEntry } from "../../engine/journal-entry.ts";
import { breakJournalLock } from "./break-lock.ts";
import { createFileJournal } from "./journal.ts";

let folder = "";
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "lateen-lock-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const now = 100 * 60_000;
const minutesAgo = (minutes: number) => now - minutes * 60_000;
const elsewhere = { pid: 7, host: "elsewhere.example.com", started: "" };
const hold = (owner: object) => writeFile(join(folder, "rollout.lock.3"), JSON.stringify(owner));
const write = (...entries: readonly object[]) =>
  writeFile(join(folder, "rollout.jsonl"), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
const started = (at: number): JournalEntry => ({
  type: "rollout-started",
  id: "r",
  release: { sha: parseCommitSha("b".repeat(40)), digests: {}, tag: "new" },
  at,
});
const breakIt = () => breakJournalLock({ folder, reason: "the runner is gone", clock: createFakeClock({ now }) });

describe("the lock of another host", () => {
  test("is broken after eleven silent minutes, with who held it and why on record, and the journal can be opened", async () => {
    await hold(elsewhere);
    await write(started(minutesAgo(12)));
    expect(await createFileJournal({ folder }).open()).toMatchObject({
      code: "JOURNAL_IN_USE",
      reason: expect.stringContaining("lateen rollout --break-lock"),
    });
    const broken = await breakIt();
    expect(broken).toMatchObject({ kind: "go", value: { owner: "process 7 on elsewhere.example.com" } });
    expect(broken.evidence[0]?.fact).toMatch(/12m.*the runner is gone/);
    const opened = await createFileJournal({ folder }).open();
    if (opened.kind === "stop") throw new Error(opened.reason);
    expect(opened.value.entries).toHaveLength(1);
    await opened.value.close();
  });

  test("is kept while its journal shows signs of life, and while a soak goes on", async () => {
    await hold(elsewhere);
    const soak = { type: "soak-started", wave: "canary", until: minutesAgo(5), at: minutesAgo(60) };
    for (const entries of [[started(minutesAgo(10))], [started(minutesAgo(90)), soak]]) {
      await write(...entries);
      expect(await breakIt()).toMatchObject({ outcome: "refused", code: "LOCK_IN_USE" });
    }
    expect(await createFileJournal({ folder }).open()).toMatchObject({ code: "JOURNAL_IN_USE" });
  });

  test("is the only one that is broken: a process of this host, dead or alive, and no process have none", async () => {
    await write(started(minutesAgo(90)));
    expect(await breakIt()).toMatchObject({ code: "LOCK_NOT_FOREIGN" });
    for (const pid of [process.pid, 2 ** 22 - 1]) {
      await hold({ pid, host: hostname(), started: "" });
      expect(await breakIt()).toMatchObject({ outcome: "refused", code: "LOCK_NOT_FOREIGN" });
    }
  });
});

test("an owner that lives all the same is ended by its next append", async () => {
  const opened = await createFileJournal({ folder, clock: createFakeClock({ now: minutesAgo(30) }) }).open();
  if (opened.kind === "stop") throw new Error(opened.reason);
  await opened.value.append([started(minutesAgo(30))]);
  // The same process, as it looks from another host.
  await rm(join(folder, "rollout.lock.1"));
  await hold(elsewhere);
  expect(await breakIt()).toMatchObject({ kind: "go" });
  await expect(opened.value.append([{ type: "rollout-halted", reason: "late", at: now }])).rejects.toMatchObject({
    code: "JOURNAL_LOST",
  });
  await opened.value.close();
});
