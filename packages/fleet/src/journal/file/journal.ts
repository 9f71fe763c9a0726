import { readdir, readFile, rename, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, ReleaseError, systemClock } from "@lateen/kernel";
import { done, refuse, type StepResult } from "../../steps/forward-stop.ts";
import type { JournalEntry } from "../../engine/journal-entry.ts";
import type { Journal, OpenJournal } from "../../ports/journal.ts";
import { type AppendFile, openAppendFile } from "./append-file.ts";
import { formatLines, readLines, type ReadLines } from "./lines.ts";
import { journalLost } from "../journal-errors.ts";
import { findOwner, type Lock, takeLock } from "./lock.ts";
import { fleetError } from "../../errors.ts";

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
      if (typeof lock === "string") return refuse("JOURNAL_IN_USE", `the journal in ${folder} is in use by ${lock}`);
      try {
        return await openLocked(folder, path, lock, clock);
      } catch (error) {
        await lock.release();
        throw error;
      }
    },
  };
}

/** Names the living process that holds the journal in `folder`, without taking or making anything; undefined if it is free. */
export function findJournalOwner(folder: string): Promise<string | undefined> {
  return findOwner(join(folder, "rollout.lock"));
}

async function openLocked(folder: string, path: string, lock: Lock, clock: Clock): Promise<StepResult<OpenJournal>> {
  // Journals belong to a machine, not to a repository.
  await writeFile(join(folder, ".gitignore"), "*\n", { flag: "wx" }).catch(() => undefined);
  const { entries, length } = await load(path);
  const mayWrite = async () => ((await lock.isHeld()) ? undefined : journalLost(`the journal in ${folder}`));
  let file: AppendFile = await openAppendFile(path, length, mayWrite);
  let id = idOf(entries);
  let rotations = 0;
  return done({
    entries,
    append(added) {
      id = idOf(added) ?? id;
      return file.append(formatLines(added));
    },
    async rotate() {
      await file.close();
      await rename(path, join(folder, `rollout-${id ?? "unnamed"}-${clock.now()}-${++rotations}.jsonl`));
      id = undefined;
      file = await openAppendFile(path, 0, mayWrite);
      await dropOldest(folder);
    },
    async close() {
      await file.close();
      await lock.release();
    },
  });
}

/** Journals of ended rollouts that are kept; 20 are some weeks of releases. */
const kept = 20;

async function dropOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^rollout-.+\.jsonl$/.test(name));
  const aged = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })));
  const old = aged.toSorted((a, b) => b.at - a.at).slice(kept);
  await Promise.all(old.map(({ name }) => unlink(join(folder, name)).catch(() => undefined)));
}

/** The id of the latest rollout that `entries` begin, where it can be part of a file name: it may come from an edited file. */
function idOf(entries: readonly JournalEntry[]): string | undefined {
  const last = entries.findLast((entry) => entry.type === "rollout-started");
  return last?.type === "rollout-started" && /^[\w-]{1,80}$/.test(last.id) ? last.id : undefined;
}

async function load(path: string): Promise<ReadLines> {
  try {
    return readLines(await readFile(path), path);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return { entries: [], length: 0 };
    if (cause instanceof ReleaseError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw fleetError("JOURNAL_READ", "unavailable", { message: `the journal cannot be read: ${message}`, cause });
  }
}
