import { createGitRefLog } from "@lateen/git-log";
import { createGitRepository } from "@lateen/git-log/testing";
import { describe, expect, test } from "vitest";
import { describeLedgerContract } from "../testing/ledger-contract.ts";
import { testCommit } from "../testing/memory-history.ts";
import { testEntry } from "../testing/test-entry.ts";
import { createGitLedger } from "./index.ts";

const ref = "refs/lateen/latest";
const env = { PATH: process.env.PATH };

describeLedgerContract(
  "on a git ref",
  async () => {
    const repository = await createGitRepository();
    const open = () => createGitLedger(createGitRefLog({ remote: repository.path, ref, env }));
    return { ledger: open(), other: open(), close: () => repository.close() };
  },
  { describe, test },
);

describe("a ledger on a git ref", () => {
  test("is readable with git log", async () => {
    const repository = await createGitRepository();
    const ledger = createGitLedger(createGitRefLog({ remote: repository.path, ref, env }));
    const entry = testEntry("back", {
      kind: "rollback",
      from: testCommit("bad"),
      actor: "grace",
      reason: "checkout\nis down",
      runUrl: "https://git.example.com/acme/core/actions/runs/7",
      overrides: [{ check: "ancestry", reason: "on purpose" }],
      fleet: {
        verified: true,
        enumerated: 12,
        verifiedTenants: 10,
        ahead: 1,
        tolerated: ["slow"],
        at: "2026-01-01T00:00:00.000Z",
      },
    });
    await ledger.append(null, entry);
    const log = await repository.git("log", "--format=%B", ref);
    await repository.close();
    expect(log).toContain(`roll back to ${testCommit("back").slice(0, 12)} (latest) by grace`);
    expect(log).toContain(`Commit: ${testCommit("back")}`);
    expect(log).toContain(`Rolled back from: ${testCommit("bad")}`);
    expect(log).toContain("Reason: checkout is down");
    expect(log).toContain("Run: https://git.example.com/acme/core/actions/runs/7");
    expect(log).toContain("Override: ancestry because on purpose");
    expect(log).toContain("Fleet: 10 of 12 verified, 1 ahead, tolerated: slow");
    expect(log).toContain(`registry.example.com/acme/platform@sha256:${testCommit("back")}`);
  });

  test("an entry that something else wrote is unknown, never skipped", async () => {
    const repository = await createGitRepository();
    const ledger = createGitLedger(createGitRefLog({ remote: repository.path, ref, env }));
    const one = await ledger.append(null, testEntry("one"));
    const stray = await repository.commit({
      message: "by hand",
      branch: "stray",
      parent: one.kind === "appended" ? one.head.id : null,
    });
    await repository.setRef(ref, stray);
    const read = await ledger.read();
    const appended = await ledger.append(stray, testEntry("two"));
    const head = await repository.head(ref);
    await repository.close();
    expect(read).toMatchObject({ kind: "unknown", cause: { category: "state" } });
    expect(appended.kind).toBe("unknown");
    expect(head).toBe(stray);
  });

  test("an entry of another shape is unknown and says what is wrong with it", async () => {
    const repository = await createGitRepository();
    const ledger = createGitLedger(createGitRefLog({ remote: repository.path, ref, env }));
    const log = createGitRefLog({ remote: repository.path, ref, env });
    await log.append(null, { subject: "strange", value: { ...testEntry("one"), images: [] } });
    const read = await ledger.read();
    await repository.close();
    expect(read).toMatchObject({
      kind: "unknown",
      cause: { code: "LEDGER_ENTRY_FOREIGN", why: expect.stringContaining("images") },
    });
  });

  test("what could not be read back is not written", async () => {
    const repository = await createGitRepository();
    const ledger = createGitLedger(createGitRefLog({ remote: repository.path, ref, env }));
    await expect(ledger.append(null, testEntry("one", { images: [] }))).rejects.toMatchObject({
      code: "LEDGER_ENTRY_INVALID",
    });
    const head = await repository.head(ref);
    await repository.close();
    expect(head).toBeUndefined();
  });

  test("an unreachable remote is unknown, not empty", async () => {
    const ledger = createGitLedger(createGitRefLog({ remote: "/nowhere/at/all.git", ref, env }));
    expect(await ledger.read()).toMatchObject({ kind: "unknown" });
    expect(await ledger.append(null, testEntry("one"))).toMatchObject({ kind: "unknown" });
  });
});
