import type { CommitSha } from "@lateen/kernel";
import type { LedgerHead } from "@lateen/promote";

/**
 * State of a commit in a ledger. `current`: its newest entry names it; `replaced`: a later entry took its place; `rolled-back`:
 * that entry went back from it on purpose; `never`: no entry names it; `unread`: the entries that were read do not reach back to
 * the first one, and none of them names it.
 */
export type Shipped =
  | { readonly kind: "current"; readonly entry: LedgerHead }
  | { readonly kind: "replaced" | "rolled-back"; readonly entry: LedgerHead; readonly by: LedgerHead }
  | { readonly kind: "never"; readonly newest?: LedgerHead | undefined }
  | { readonly kind: "unread" };

/** Decides what became of `commit` from the entries of a ledger, newest first. */
export function decideShipped(entries: readonly LedgerHead[], commit: CommitSha): Shipped {
  const index = entries.findIndex(({ entry }) => entry.commit === commit);
  const [entry, by] = [entries[index], entries[index - 1]];
  if (entry !== undefined && by === undefined) return { kind: "current", entry };
  if (entry !== undefined && by !== undefined)
    return { kind: by.entry.kind === "rollback" && by.entry.from === commit ? "rolled-back" : "replaced", entry, by };
  const oldest = entries.at(-1);
  return oldest !== undefined && oldest.position > 1 ? { kind: "unread" } : { kind: "never", newest: entries[0] };
}
