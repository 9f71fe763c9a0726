import type { Reading, ReleaseError } from "@lateen/kernel";
import type { LedgerEntry } from "./ledger-entry.ts";

/** An entry in its place. */
export interface LedgerHead {
  /** Id of the entry in its store: the git commit, say. */
  readonly id: string;
  /** Number of the entry, from 1. */
  readonly position: number;
  readonly entry: LedgerEntry;
}

/**
 * Result of an append: the server took it, has another entry there, or said no. After `unknown` the entry may or may not be there:
 * read before anything else.
 */
export type Appended =
  | { readonly kind: "appended"; readonly head: LedgerHead }
  | { readonly kind: "lost"; readonly head: LedgerHead }
  | { readonly kind: "refused"; readonly cause: ReleaseError }
  | { readonly kind: "unknown"; readonly cause: ReleaseError };

/** An append-only log with compare-and-swap; one ledger per promotion target. */
export interface Ledger {
  /** Address of the ledger, without secrets, for evidence and messages. */
  readonly source: string;
  /** The newest entry; `unknown` also if something else wrote it. */
  read(signal?: AbortSignal): Promise<Reading<LedgerHead>>;
  /** Appends `entry` if `expected` is still the newest id, `null` meaning an empty ledger. */
  append(expected: string | null, entry: LedgerEntry, signal?: AbortSignal): Promise<Appended>;
  /** Up to `limit` entries, newest first; `absent` if there is none. */
  entries(limit: number, signal?: AbortSignal): Promise<Reading<readonly LedgerHead[]>>;
}
