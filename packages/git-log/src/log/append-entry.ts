import {
  type AppendLog,
  type Appended,
  asReleaseError,
  isReleaseError,
  type LogEntry,
  type ReleaseError,
  toReading,
} from "@lateen/kernel";
import type { LogPlace } from "../git-ref-log.ts";
import { authorOf } from "../git/environment.ts";
import { gitError } from "../git/git-errors.ts";
import { cutHistoryAt, writeObjects } from "../git/repository.ts";
import { inScratch, type Scratch, type Signal } from "../git/scratch.ts";
import { composeEntry, type StoredEntry } from "./log-entry.ts";
import type { KnownLog } from "./memory.ts";
import { fetchLog } from "./read-entries.ts";

/** An entry to append, and the id of the entry that it follows; null is the beginning. */
export interface Append {
  readonly expected: string | null;
  readonly draft: Parameters<AppendLog["append"]>[1];
}

/** The log up to the entry before; none at the beginning. */
type Parent = KnownLog | undefined;

/** The most pushes; the same commit may be sent again, since it can land only once. */
const attempts = 3;
/** Maximum number of entries searched below a newer head for our own. */
const searchDepth = 100;

/** Appends `draft` after `expected`. @throws ReleaseError `INTERRUPTED` before the first push */
export function appendEntry(place: LogPlace, { expected, draft }: Append, signal: Signal): Promise<Appended> {
  return toReading<Appended>(() =>
    inScratch<Appended>(place, signal, async (scratch) => {
      const parent = expected === null ? undefined : await takeParent(scratch, expected);
      if (parent !== undefined && parent.entries[0].id !== expected) return { kind: "lost", head: parent.entries[0] };
      const stored = composeEntry(draft, parent?.entries[0], authorOf(place.options), place.clock.now());
      await writeObjects(scratch.repository, stored.objects);
      return pushEntry(scratch, stored, parent, signal);
    }),
  );
}

/** The log up to the entry `expected`, or to a newer head; it is in the scratch repository then. */
async function takeParent(scratch: Scratch, expected: string): Promise<KnownLog> {
  const known = scratch.memory.recall(1);
  if (known?.entries[0].id !== expected) {
    const fetched = await fetchLog(scratch, 1);
    if (fetched === undefined) throw vanished(scratch);
    return fetched;
  }
  await writeObjects(scratch.repository, known.objects);
  if (known.entries[0].position > 1) await cutHistoryAt(scratch.repository, expected);
  return known;
}

/** Pushes until the entry is known to be there or not. It never throws, since from here on it may be on the server. */
async function pushEntry(scratch: Scratch, stored: StoredEntry, parent: Parent, signal: Signal): Promise<Appended> {
  const { git, ref, remote, clock, memory } = scratch;
  const { entry } = stored;
  const lease = `--force-with-lease=${ref}:${parent?.entries[0].id ?? ""}`;
  for (let attempt = 1; ; attempt++) {
    try {
      await git(["push", "--porcelain", lease, "--", remote.url, `${entry.id}:${ref}`]);
      memory.keepAppended(stored, parent);
      return { kind: "appended", head: entry };
    } catch (thrown) {
      const failed: Appended = { kind: "unknown", cause: asReleaseError(thrown) };
      const seen = await lookAfter(scratch, entry, parent).catch(asReleaseError);
      // A fault of the log itself explains more than the failed push that it caused.
      if (isReleaseError(seen)) return seen.category === "state" ? { kind: "unknown", cause: seen } : failed;
      if (seen !== undefined) return seen;
      if (attempt >= attempts || failed.cause.category === "auth" || signal?.aborted === true) return failed;
      await clock.sleep(100 * 4 ** attempt, signal).catch(() => undefined);
    }
  }
}

/** Reads the log after a failed push; undefined if its head is still the parent. */
async function lookAfter(scratch: Scratch, entry: LogEntry, parent: Parent): Promise<Appended | undefined> {
  const seen = await fetchLog(scratch, searchDepth);
  if (seen === undefined && parent === undefined) return undefined;
  if (seen === undefined) throw vanished(scratch);
  if (seen.entries.some(({ id }) => id === entry.id)) return { kind: "appended", head: entry };
  const [head] = seen.entries;
  return head.id === parent?.entries[0].id ? undefined : { kind: "lost", head };
}

function vanished({ remote, ref }: Scratch): ReleaseError {
  const fix = "restore the ref; a log that was deleted is not started again";
  return gitError("GIT_REF_VANISHED", "state", `the git remote has lost the log ${ref}`, fix, remote.url);
}
