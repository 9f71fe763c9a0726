import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { createSender, parseCommitSha, secret } from "@lateen/kernel";
import { afterAll, describe, expect, test } from "vitest";
import { createControlPlane } from "../http/control-plane.ts";
import { createProber } from "../http/prober.ts";
import { createFileJournal } from "../journal/file/journal.ts";
import type { JournalEntry } from "../engine/journal-entry.ts";
import { createFakeClock } from "@lateen/kernel/testing";
import type { Journal, OpenJournal } from "../ports/journal.ts";
import { createSqliteJournal } from "../journal/sql/index.ts";
import { memoryJournal } from "../journal/memory-journal.ts";
import { describeControlPlaneContract, describeJournalContract, type JournalSubject } from "./contracts.ts";
import { startControlPlane } from "./control-plane.ts";
import { startTenants } from "./tenants.ts";
import { createVirtualFleet } from "./virtual-fleet.ts";

const closing: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(closing.map((close) => close())));

const runner = { describe, test };
const sha = parseCommitSha("b".repeat(40));
const release = { sha, digests: {}, tag: "staging-bbbbbbb" };
const send = createSender(() => import("undici"));

describeControlPlaneContract(
  "HTTP",
  async () => {
    const tenants = await startTenants({ slugs: ["t1", "t2", "t3"], sha: "a".repeat(40) });
    const server = await startControlPlane({ tenants, shaOf: () => sha });
    closing.push(server.close, tenants.close);
    return {
      controlPlane: createControlPlane({ name: "prod", url: server.url, token: secret(server.token), send }),
      prober: createProber({ url: tenants.buildinfo, send }),
      release,
      server,
    };
  },
  runner,
);

describeControlPlaneContract("in memory", async () => ({ ...createVirtualFleet({ size: 3 }), release }), runner);

describeJournalContract(
  "file",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "lateen-journal-"));
    closing.push(() => rm(folder, { recursive: true, force: true }));
    return Object.assign(() => createFileJournal({ folder }), { die: () => bury(folder) });
  },
  runner,
);

/** Names a process as the owner of the lock that cannot live: process numbers end at 2^22. Source: proc(5), pid_max. */
async function bury(folder: string): Promise<void> {
  const locks = (await readdir(folder)).filter((name) => name.startsWith("rollout.lock.")).toSorted();
  const owner = { pid: 4_194_305, host: hostname(), started: "" };
  await writeFile(join(folder, locks.at(-1) ?? ""), JSON.stringify(owner));
}

describeJournalContract(
  "SQLite",
  async () => {
    const database = new DatabaseSync(":memory:");
    closing.push(async () => database.close());
    const clock = createFakeClock();
    let owners = 0;
    const journal = () => createSqliteJournal({ database, name: "production", owner: `process ${++owners}`, clock });
    // The lease is not renewed, since the clock of the dead process does not run.
    const die = async (): Promise<void> => {
      database.exec("UPDATE lateen_lease SET until_ms = 0");
      await clock.advance(1);
    };
    return Object.assign(journal, { die });
  },
  runner,
);

describe("the journal contract bites", () => {
  /** Runs the suite against a journal, and names the rules that it breaks. */
  async function broken(make: () => JournalSubject): Promise<readonly string[]> {
    const tests: (readonly [string, () => Promise<void>])[] = [];
    describeJournalContract("broken", async () => make(), {
      describe: (_, body) => body(),
      test: (title, body) => void tests.push([title, body]),
    });
    const failed: string[] = [];
    for (const [title, body] of tests) await body().catch(() => failed.push(title));
    return failed;
  }

  const changed = (change: (open: OpenJournal) => Partial<OpenJournal>) => (): JournalSubject => {
    const inner = memoryJournal();
    return () => ({
      read: inner.read,
      async open() {
        const opened = await inner.open();
        return opened.kind === "stop" ? opened : { ...opened, value: { ...opened.value, ...change(opened.value) } };
      },
    });
  };

  test("a journal that keeps the rules breaks none", async () => {
    expect(await broken(changed(() => ({})))).toEqual([]);
  });

  test("one whose appends overlap and reorder is found", async () => {
    let calls = 0;
    const reordering = changed(({ append }) => ({
      append: async (entries) => {
        for (let turns = calls++ % 3; turns > 0; turns--) await Promise.resolve();
        await append(entries);
      },
    }));
    expect(await broken(reordering)).toContain("keeps the order of calls that overlap");
  });

  test("one that takes appends after close is found", async () => {
    const late = changed(({ append }) => ({ append: (entries) => append(entries).catch(() => undefined) }));
    expect(await broken(late)).toContain("rejects an append after close, and writes nothing");
  });

  test("one that loses what was appended if its writer dies without close is found", async () => {
    const make = (): JournalSubject => {
      const written: JournalEntry[] = [];
      let buffer: JournalEntry[] = [];
      let writer = 0;
      let isHeld = false;
      const journal: Journal = {
        // A reader in the process of the writer sees the buffer too.
        read: async () => [...written, ...buffer],
        async open() {
          if (isHeld) return { kind: "stop", outcome: "refused", code: "JOURNAL_HELD", reason: "held", evidence: [] };
          isHeld = true;
          const own = ++writer;
          const flush = (): void => void written.push(...buffer.splice(0));
          return {
            kind: "go",
            value: {
              entries: [...written],
              append: async (added) =>
                own === writer && isHeld ? void buffer.push(...added) : Promise.reject(new Error("closed")),
              rotate: async () => void [written.splice(0), buffer.splice(0)],
              close: async () => {
                if (own !== writer) return;
                flush();
                isHeld = false;
              },
            },
          };
        },
      };
      return Object.assign(() => journal, { die: async () => void ([buffer, isHeld] = [[], false]) });
    };
    expect(await broken(make)).toEqual(expect.arrayContaining(["keeps what was durable if its writer dies"]));
  });

  test("one whose lock can be taken while its writer goes on is found", async () => {
    const make = (): JournalSubject => {
      const entries: JournalEntry[] = [];
      let isHeld = false;
      const journal: Journal = {
        read: async () => [...entries],
        async open() {
          if (isHeld) return { kind: "stop", outcome: "refused", code: "JOURNAL_HELD", reason: "held", evidence: [] };
          isHeld = true;
          let isOpen = true;
          return {
            kind: "go",
            value: {
              entries: [...entries],
              append: async (added) => (isOpen ? void entries.push(...added) : Promise.reject(new Error("closed"))),
              rotate: async () => void entries.splice(0),
              close: async () => void ([isOpen, isHeld] = [false, false]),
            },
          };
        },
      };
      return Object.assign(() => journal, { die: async () => void (isHeld = false) });
    };
    expect(await broken(make)).toEqual(["ends the writer whose lock was taken over"]);
  });
});

describeJournalContract(
  "memory",
  async () => {
    const journal = memoryJournal();
    return () => journal;
  },
  runner,
);
