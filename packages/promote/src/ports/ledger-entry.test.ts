import { describe, expect, test } from "vitest";
import { ledgerEntrySchema } from "./ledger-entry.ts";
import { testCommit } from "../testing/memory-history.ts";
import { testEntry } from "../testing/test-entry.ts";

describe("ledgerEntrySchema", () => {
  test("reads back what JSON makes of an entry", () => {
    const entry = testEntry("one", {
      kind: "rollback",
      from: testCommit("bad"),
      hold: [testCommit("bad")],
      runUrl: "https://git.example.com/acme/core/actions/runs/7",
      fleet: {
        verified: true,
        enumerated: 2,
        verifiedTenants: 2,
        ahead: 0,
        tolerated: [],
        at: "2026-01-01T00:00:00.000Z",
      },
    });
    expect(ledgerEntrySchema.parse(JSON.parse(JSON.stringify(entry)))).toEqual(entry);
  });

  test("drops what a later version adds", () => {
    expect(ledgerEntrySchema.parse({ ...testEntry("one"), weather: "fine" })).toEqual(testEntry("one"));
  });

  test.each([
    ["another version", { schemaVersion: 2 }],
    ["a short commit", { commit: "abcdef1" }],
    ["no image", { images: [] }],
    ["no tag", { tags: [] }],
    ["a repository with a tag", { images: [{ ...testEntry("one").images[0], repository: "one.example.com/a:b" }] }],
    ["a repository without a host", { images: [{ ...testEntry("one").images[0], repository: "acme/platform" }] }],
    ["a digest of nothing", { images: [{ ...testEntry("one").images[0], digest: "sha256:" }] }],
    ["an unheard-of fleet", { fleet: { verified: "yes" } }],
    ["a date of its own", { at: "yesterday" }],
    ["a novel", { reason: "x".repeat(10_000) }],
  ])("refuses %s", (_, changes) => {
    expect(ledgerEntrySchema.safeParse({ ...testEntry("one"), ...changes }).success).toBe(false);
  });
});
