import { ReleaseError } from "@lateen/kernel";
import { done, refuse, type StepResult } from "../../steps/forward-stop.ts";
import type { JournalEntry } from "../../engine/journal-entry.ts";
import type { Journal, OpenJournal } from "../../ports/journal.ts";
import type { Random } from "./random.ts";

/** A disk that outlives processes: what is durable survives a kill, what was being written may or may not. */
export interface Disk {
  entries: JournalEntry[];
  /** Written and not yet durable. */
  pending: JournalEntry[];
  owner: number | undefined;
  full: boolean;
}

/** An empty disk. */
export function createDisk(): Disk {
  return { entries: [], pending: [], owner: undefined, full: false };
}

/** The machine loses power, or the process its life: any first part of what was under way is there afterwards. */
export function tear(disk: Disk, random: Random): void {
  disk.entries.push(...disk.pending.slice(0, random.int(0, disk.pending.length)));
  disk.pending = [];
  disk.owner = undefined;
}

/**
 * A journal on `disk` for the process `owner`.
 *
 * @param write - Lets the process write, if it still lives.
 * @param sync - Resolves when what is pending has become durable; the place for time, and for being killed in between.
 */
export function journalOn(
  disk: Disk,
  owner: number,
  write: (work: () => void) => Promise<void>,
  sync: () => Promise<void>,
): Journal {
  const opened: OpenJournal = {
    entries: [...disk.entries],
    async append(entries) {
      if (disk.full)
        throw new ReleaseError({ code: "JOURNAL_WRITE", category: "unavailable", message: "the disk is full" });
      await write(() => void disk.pending.push(...entries));
      await sync();
      const settled = disk.pending.splice(0, Math.max(0, disk.pending.indexOf(entries.at(-1) ?? entries[0]!) + 1));
      disk.entries.push(...settled);
    },
    async rotate() {
      disk.entries = [];
    },
    async close() {
      if (disk.owner === owner) disk.owner = undefined;
    },
  };
  return {
    read: async () => disk.entries,
    async open(): Promise<StepResult<OpenJournal>> {
      if (disk.owner !== undefined && disk.owner !== owner)
        return refuse("JOURNAL_IN_USE", "another process owns the journal");
      disk.owner = owner;
      return done(opened);
    },
  };
}
