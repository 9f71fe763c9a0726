import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { parseCommitSha, parseSlug } from "@lateen/kernel";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JournalEntry } from "../../engine/journal-entry.ts";
import type { OpenJournal } from "../../ports/journal.ts";
import { createFileJournal, findJournalOwner } from "./journal.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lateen-journal-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const sha = parseCommitSha("b".repeat(40));
const started: JournalEntry = {
  type: "rollout-started",
  id: "bbb-2026",
  release: { sha, digests: {}, tag: "new" },
  at: 1,
};
const halted: JournalEntry = { type: "rollout-halted", reason: "ein Grund – mit Umlauten: ä", at: 2 };
const file = () => join(folder, "rollout.jsonl");

async function open(): Promise<OpenJournal> {
  const opened = await createFileJournal({ folder }).open();
  if (opened.kind === "stop") throw new Error(opened.reason);
  return opened.value;
}

describe("the file", () => {
  test("is JSON lines, and what was appended is read back", async () => {
    const journal = await open();
    await journal.append([started, halted]);
    await journal.close();
    expect(
      (await readFile(file(), "utf8"))
        .split("\n")
        .slice(0, 2)
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([started, halted]);
    expect(await createFileJournal({ folder }).read()).toEqual([started, halted]);
    const again = await open();
    expect(again.entries).toEqual([started, halted]);
    await again.close();
  });

  test("a line that was torn in any place is dropped, and cut off before the next one is written", async () => {
    const whole = `${JSON.stringify(started)}\n`;
    const torn = Buffer.from(`${JSON.stringify(halted)}\n`);
    for (let length = 1; length < torn.length; length++) {
      await writeFile(file(), Buffer.concat([Buffer.from(whole), torn.subarray(0, length)]));
      expect(await createFileJournal({ folder }).read()).toEqual([started]);
    }
    const journal = await open();
    await journal.append([halted]);
    await journal.close();
    expect(await createFileJournal({ folder }).read()).toEqual([started, halted]);
  });

  test.each([
    ["a broken line in the middle", `{"type":\n${JSON.stringify(started)}\n`],
    ["a fact of a later version", `{"type":"rollout-teleported","at":1}\n${JSON.stringify(started)}\n`],
    [
      "a slug that became an address",
      `{"type":"fleet-enumerated","tenants":[{"slug":"evil.example.com/","plane":"p"}],"ephemeral":[],"pinned":[],"at":1}\n${JSON.stringify(started)}\n`,
    ],
  ])("[journal-damaged] %s is damage, not a shorter journal", async (_, text) => {
    await writeFile(file(), text);
    await expect(createFileJournal({ folder }).read()).rejects.toMatchObject({ code: "JOURNAL_DAMAGED" });
    await expect(createFileJournal({ folder }).open()).rejects.toMatchObject({ code: "JOURNAL_DAMAGED" });
    // The lock is given back.
    await rm(file());
    await (await open()).close();
  });

  test("appends that come together are written in order", async () => {
    const journal = await open();
    const facts = Array.from({ length: 500 }, (_, index): JournalEntry => ({
      type: "tenant-failed",
      slug: parseSlug(`t${index}`),
      reason: "x",
      at: index,
    }));
    await Promise.all(facts.map((fact) => journal.append([fact])));
    await journal.close();
    expect(await createFileJournal({ folder }).read()).toEqual(facts);
  });

  test("a finished rollout is put aside under its name", async () => {
    const journal = await open();
    await journal.append([started]);
    await journal.rotate();
    await journal.append([halted]);
    await journal.close();
    expect(await createFileJournal({ folder }).read()).toEqual([halted]);
    expect((await readdir(folder)).filter((name) => name.endsWith(".jsonl"))).toHaveLength(2);
  });

  test("the twenty latest are kept", async () => {
    const journal = await open();
    for (let index = 0; index < 25; index++) {
      await journal.append([{ ...started, id: `r${index}` }]);
      await journal.rotate();
    }
    await journal.close();
    expect((await readdir(folder)).filter((name) => name.startsWith("rollout-"))).toHaveLength(20);
  });

  test("an id that is a path does not become one", async () => {
    await writeFile(file(), `${JSON.stringify({ ...started, id: "../../evil" })}\n`);
    const journal = await open();
    await journal.rotate();
    await journal.close();
    expect((await readdir(folder)).filter((name) => name.endsWith(".jsonl")).toSorted()).toEqual([
      expect.stringMatching(/^rollout-unnamed-\d+-1\.jsonl$/),
      "rollout.jsonl",
    ]);
  });

  test("an append after close is an error, and no line is left torn", async () => {
    const journal = await open();
    await journal.append([started]);
    await journal.close();
    const closed = await open();
    await closed.close();
    await expect(closed.append([halted])).rejects.toMatchObject({
      code: "JOURNAL_CLOSED",
    });
    expect(await createFileJournal({ folder }).read()).toEqual([started]);
  });
});

describe("the lock", () => {
  test("[journal-locked] lets one writer in; the second is refused with the owner's name", async () => {
    const first = await open();
    const second = await createFileJournal({ folder }).open();
    expect(second).toMatchObject({
      kind: "stop",
      outcome: "refused",
      reason: expect.stringContaining(`process ${process.pid}`),
    });
    expect(await findJournalOwner(folder)).toBe(`process ${process.pid}`);
    await first.close();
    await (await open()).close();
  });

  test("is looked at without a trace", async () => {
    expect(await findJournalOwner(join(folder, "nowhere"))).toBeUndefined();
    expect(await findJournalOwner(folder)).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
    await (await open()).close();
    const before = await readdir(folder);
    expect(await findJournalOwner(folder)).toBeUndefined();
    expect(await readdir(folder)).toEqual(before);
  });

  test("of many that come at once, one gets it", async () => {
    const opened = await Promise.all(Array.from({ length: 20 }, () => createFileJournal({ folder }).open()));
    const winners = opened.filter((verdict) => verdict.kind === "go");
    expect(winners).toHaveLength(1);
    for (const winner of winners) await winner.value.close();
  });

  test("of a dead process is taken over, by one of many", async () => {
    const child = spawn("true");
    await once(child, "exit");
    await writeFile(join(folder, "rollout.lock.7"), JSON.stringify({ pid: child.pid, host: hostname(), started: "" }));
    const opened = await Promise.all(Array.from({ length: 10 }, () => createFileJournal({ folder }).open()));
    const winners = opened.filter((verdict) => verdict.kind === "go");
    expect(winners).toHaveLength(1);
    for (const winner of winners) await winner.value.close();
    expect((await readdir(folder)).filter((name) => name.includes("lock"))).toEqual(["rollout.lock.8"]);
  });

  test("changes hands a hundred times among ten, and never has two owners", async () => {
    let owners = 0;
    let turns = 0;
    const compete = async () => {
      while (turns < 100) {
        const opened = await createFileJournal({ folder }).open();
        if (opened.kind === "stop") continue;
        expect(++owners).toBe(1);
        turns += 1;
        await opened.value.append([started]);
        owners -= 1;
        await opened.value.close();
      }
    };
    await Promise.all(Array.from({ length: 10 }, compete));
  });

  test.skipIf(process.platform !== "linux")("of a process whose number came round again is taken over", async () => {
    await writeFile(
      join(folder, "rollout.lock.7"),
      JSON.stringify({ pid: process.pid, host: hostname(), started: "an earlier boot 42" }),
    );
    await (await open()).close();
  });

  test.skipIf(process.platform !== "linux")(
    "of a defunct process is taken over; a stopped process holds it until it is gone",
    async () => {
      // The inner shell ends; its parent has become a program that never asks for its end.
      const parent = spawn("/bin/sh", ["-c", "/bin/sh -c 'exit 0' & echo $!; exec sleep 60"]);
      const [line] = (await once(parent.stdout, "data")) as [Buffer];
      const hold = (pid: number | undefined) =>
        writeFile(join(folder, "rollout.lock.7"), JSON.stringify({ pid, host: hostname(), started: "" }));
      try {
        parent.kill("SIGSTOP");
        await hold(parent.pid);
        expect(await createFileJournal({ folder }).open()).toMatchObject({ code: "JOURNAL_IN_USE" });
        await hold(Number(line));
        await (await open()).close();
      } finally {
        parent.kill("SIGKILL");
      }
    },
  );

  test("of another machine is left alone", async () => {
    await writeFile(
      join(folder, "rollout.lock.7"),
      JSON.stringify({ pid: 1, host: "elsewhere.example.com", started: "" }),
    );
    expect(await createFileJournal({ folder }).open()).toMatchObject({
      outcome: "refused",
      reason: expect.stringContaining("elsewhere.example.com"),
    });
  });

  test("that is rubbish has no owner", async () => {
    await appendFile(join(folder, "rollout.lock.7"), "{");
    await (await open()).close();
  });
});
