import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, go, ReleaseError, stop, systemClock, type Verdict } from "@lateen/kernel";
import { replay } from "../apply-fact.ts";
import type { JournalEntry } from "../journal-entry.ts";
import type { Journal, OpenJournal } from "../journal.ts";
import { type AppendFile, openAppendFile } from "./append-file.ts";
import { formatLines, readLines, type ReadLines } from "./lines.ts";
import { type Lock, syncFolder, takeLock } from "./lock.ts";

/** Where the journal is kept. */
export interface FileJournalOptions {
  /** Holds `rollout.jsonl`, `rollout.lock` and the journals of earlier rollouts; made where it does not exist. */
  readonly folder: string;
  readonly clock?: Clock | undefined;
}

/**
 * A journal of JSON lines in a folder, with one writer at a time.
 *
 * @throws ReleaseError `JOURNAL_DAMAGED`, `JOURNAL_WRITE`, `JOURNAL_LOCK` from its methods
 */
export function createFileJournal(options: FileJournalOptions): Journal {
  const { folder, clock = systemClock } = options;
  const path = join(folder, "rollout.jsonl");
  return {
    read: async () => (await load(path)).entries,
    async open() {
      const lock = await takeLock(join(folder, "rollout.lock"));
      if (typeof lock === "string") return stop("refused", `the journal in ${folder} is in use by ${lock}`);
      try {
        return await openLocked(folder, path, lock, clock);
      } catch (error) {
        await lock.release();
        throw error;
      }
    },
  };
}

async function openLocked(folder: string, path: string, lock: Lock, clock: Clock): Promise<Verdict<OpenJournal>> {
  // Journals belong to a machine, not to a repository.
  await writeFile(join(folder, ".gitignore"), "*\n", { flag: "wx" }).catch(() => undefined);
  const { entries, length } = await load(path);
  let file: AppendFile = await openAppendFile(path, length);
  await syncFolder(folder);
  let latest: readonly JournalEntry[] = entries;
  return go({
    entries,
    async append(added) {
      await file.append(formatLines(added));
    },
    async rotate() {
      await file.close();
      await rename(path, join(folder, `rollout-${archiveName(latest, clock)}.jsonl`));
      latest = [];
      file = await openAppendFile(path, 0);
      await syncFolder(folder);
    },
    async close() {
      await file.close();
      await lock.release();
    },
  });
}

function archiveName(entries: readonly JournalEntry[], clock: Clock): string {
  const { id } = replay(entries);
  // The id comes from a file and becomes a file name.
  return id !== undefined && /^[\w-]{1,80}$/.test(id) ? `${id}-${clock.now()}` : String(clock.now());
}

async function load(path: string): Promise<ReadLines> {
  try {
    return readLines(await readFile(path), path);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return { entries: [], length: 0 };
    if (cause instanceof ReleaseError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new ReleaseError({
      code: "JOURNAL_READ",
      category: "unavailable",
      message: `the journal cannot be read: ${message}`,
      cause,
    });
  }
}
