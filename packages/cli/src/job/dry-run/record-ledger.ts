import { found } from "@lateen/kernel";
import type { Ledger, LedgerHead } from "@lateen/promote";

/** The id of an entry that was not written. */
export const plannedEntry = "planned";

/** A ledger whose next entry is remembered and not pushed. */
export function recordLedger(ledger: Ledger): Ledger {
  let planned: LedgerHead | undefined;
  return {
    source: ledger.source,
    read: async (signal) => (planned === undefined ? ledger.read(signal) : found(planned)),
    entries: (limit, signal) => ledger.entries(limit, signal),
    async append(expected, entry, signal) {
      const current = planned === undefined ? await ledger.read(signal) : found(planned);
      if (current.kind === "unknown") return { kind: "unknown", cause: current.cause };
      const head = current.kind === "found" ? current.value : undefined;
      if (head !== undefined && head.id !== expected) return { kind: "lost", head };
      planned = { id: plannedEntry, position: (head?.position ?? 0) + 1, entry };
      return { kind: "appended", head: planned };
    },
  };
}
