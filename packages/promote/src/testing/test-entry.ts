import { parseDigest, parseImageRef } from "@lateen/kernel";
import type { LedgerEntry } from "../ports/ledger-entry.ts";
import { testCommit } from "./memory-history.ts";

/** A complete ledger entry for a commit of this name; `changes` replaces fields. */
export function testEntry(name: string, changes: Partial<LedgerEntry> = {}): LedgerEntry {
  const commit = testCommit(name);
  return {
    schemaVersion: 1,
    kind: "promote",
    target: "default",
    commit,
    tags: ["latest"],
    images: [
      {
        repository: parseImageRef("registry.example.com/acme/platform").repository,
        digest: parseDigest(`sha256:${commit.padEnd(64, "0")}`),
        previous: [{ tag: "latest" }],
      },
    ],
    actor: "ada",
    reason: `release ${name}`,
    overrides: [],
    fleet: { verified: false, reason: "no fleet is configured" },
    hold: [],
    at: "2026-01-01T00:00:00.000Z",
    nonce: `nonce-${name}`,
    ...changes,
  };
}
