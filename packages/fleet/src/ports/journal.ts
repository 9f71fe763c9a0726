import type { Stop } from "@lateen/kernel";
import type { JournalEntry } from "../engine/journal-entry.ts";

/** The durable memory of rollouts: one writer, append only. */
export interface Journal {
  /** Entries so far, oldest first, without taking the lock; a torn last entry is left out. */
  read(): Promise<readonly JournalEntry[]>;
  /** Takes the lock; a stop with `refused` and `JOURNAL_IN_USE` if a living owner holds it. */
  open(): Promise<{ readonly kind: "go"; readonly value: OpenJournal } | Stop>;
}

/** A journal whose lock is held. */
export interface OpenJournal {
  /** Its entries when it was opened. */
  readonly entries: readonly JournalEntry[];
  /**
   * Resolves once `entries` are durable. Calls overlap: the order of entries is that of the calls, and each call resolves for itself.
   * After `close`, and once another process has taken the lock over, it rejects and writes nothing.
   * @throws ReleaseError `JOURNAL_WRITE`, `JOURNAL_LOST`, `JOURNAL_CLOSED`
   */
  append(entries: readonly JournalEntry[]): Promise<void>;
  /** Puts the finished rollout aside; what is appended afterwards starts a new one. */
  rotate(): Promise<void>;
  /** Gives the lock back. */
  close(): Promise<void>;
}
