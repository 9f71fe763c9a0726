import type { ReleaseError } from "@lateen/kernel";
import { type JournalEntry, parseEntry } from "../../engine/journal-entry.ts";
import { fleetError } from "../../errors.ts";

/** Entries of a journal file, and the number of its bytes that are whole entries. */
export interface ReadLines {
  readonly entries: readonly JournalEntry[];
  readonly length: number;
}

/** Each entry as one line of JSON. */
export function formatLines(entries: readonly JournalEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
}

/**
 * Reads a journal. The last line may be torn, since a process can die while it writes: it never became true, because nothing is
 * done before its intent is durable. A broken line anywhere else is damage.
 *
 * @throws ReleaseError `JOURNAL_DAMAGED`
 */
export function readLines(bytes: Buffer, path: string): ReadLines {
  const entries: JournalEntry[] = [];
  let from = 0;
  for (let end = bytes.indexOf(10, from); end >= 0; end = bytes.indexOf(10, from)) {
    const entry = readEntry(bytes.toString("utf8", from, end));
    const isLast = end === bytes.length - 1;
    if (entry === undefined && isLast) break;
    if (entry === undefined) throw damaged(path, entries.length + 1);
    entries.push(entry);
    from = end + 1;
  }
  return { entries, length: from };
}

/** One line of a journal; undefined if it is none. */
export function readEntry(line: string): JournalEntry | undefined {
  try {
    return parseEntry(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function damaged(path: string, line: number): ReleaseError {
  return fleetError("JOURNAL_DAMAGED", "state", {
    message: `line ${line} of ${path} cannot be read`,
    fix: "find out what else writes to this file; to abandon the rollout, move the file away and run again: tenants are asked what they run",
  });
}
