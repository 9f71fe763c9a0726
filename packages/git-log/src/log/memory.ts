import type { LogEntry } from "@lateen/kernel";
import type { GitObject } from "../git/objects.ts";
import type { StoredEntry } from "./log-entry.ts";

/** The newest entries of a log, as they were last seen, and the objects of the newest one. */
export interface KnownLog {
  readonly entries: readonly [LogEntry, ...LogEntry[]];
  readonly objects: readonly GitObject[];
}

/**
 * What one log object has seen of its log. Entries never change, so that only the head has to be looked at again; and an append
 * after an entry that is known needs no fetch.
 */
export interface LogMemory {
  /** The log, if its newest `depth` entries are known. */
  recall(depth: number): KnownLog | undefined;
  /** Keeps what was fetched, newest first. */
  keep(fetched: readonly [StoredEntry, ...StoredEntry[]]): KnownLog;
  /** Keeps an entry that was appended after the newest one of `parent`. */
  keepAppended(appended: StoredEntry, parent: KnownLog | undefined): void;
}

/** The most entries that are kept. */
const most = 1_000;

export function createMemory(): LogMemory {
  let known: KnownLog | undefined;
  return {
    recall(depth) {
      const isEnough = known !== undefined && (known.entries.length >= depth || known.entries.at(-1)?.position === 1);
      return isEnough ? known : undefined;
    },
    keep([newest, ...older]) {
      known = { entries: [newest.entry, ...older.map(({ entry }) => entry)], objects: newest.objects };
      return known;
    },
    keepAppended({ entry, objects }, parent) {
      known = { entries: [entry, ...(parent?.entries ?? []).slice(0, most - 1)], objects };
    },
  };
}
