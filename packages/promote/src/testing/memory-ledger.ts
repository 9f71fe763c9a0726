import { absent, found } from "@lateen/kernel";
import type { LedgerEntry } from "../ports/ledger-entry.ts";
import type { Ledger, LedgerHead } from "../ports/ledger.ts";

/** A ledger in memory. */
export interface MemoryLedger extends Ledger {
  /** All entries, oldest first. */
  readonly heads: readonly LedgerHead[];
}

/** An empty ledger, whose compare-and-swap is that of one process. */
export function createMemoryLedger(): MemoryLedger {
  const heads: LedgerHead[] = [];
  return {
    source: "memory",
    heads,
    async read() {
      const head = heads.at(-1);
      return head === undefined ? absent("the ledger is empty") : found(head);
    },
    async append(expected, entry) {
      const head = heads.at(-1);
      if (head !== undefined && head.id !== expected) return { kind: "lost", head };
      const appended = { id: `entry-${heads.length + 1}`, position: heads.length + 1, entry: copy(entry) };
      heads.push(appended);
      return { kind: "appended", head: appended };
    },
    async entries(limit) {
      return heads.length === 0 ? absent("the ledger is empty") : found(heads.toReversed().slice(0, limit));
    },
  };
}

function copy(entry: LedgerEntry): LedgerEntry {
  return structuredClone(entry);
}
