import { type Appended, asReleaseError, type EntryDraft, isReleaseError, type LogEntry } from "@lateen/kernel";
import type { LogPlace } from "../git-ref-log.ts";
import { composeEntry, composeMessage, entryFile } from "./log-entry.ts";
import { asUnknown, exists, fetchEntries } from "./read-entries.ts";
import { inScratch, type Scratch, type Signal } from "../git/scratch.ts";

/** What shall come after which entry; null is the beginning. */
export interface Append {
  readonly expected: string | null;
  readonly draft: EntryDraft;
}

/** The entry before; none at the beginning. */
type Parent = LogEntry | undefined;

/** Pushes at most; the same commit may be sent again, since it can land only once. */
const attempts = 3;
/** How far below a newer head our own entry is looked for. */
const searchDepth = 100;

/** Appends `draft` after `expected`. @throws ReleaseError `INTERRUPTED` before the first push */
export function appendEntry(place: LogPlace, append: Append, signal: Signal): Promise<Appended> {
  const { expected, draft } = append;
  return inScratch<Appended>(place, signal, async (scratch) => {
    const [parent] = expected === null ? [] : await fetchEntries(scratch, 1);
    if (parent !== undefined && parent.id !== expected) return { kind: "lost", head: parent };
    return pushEntry(scratch, await commit(scratch, parent, draft), parent, signal);
  }).catch(asUnknown);
}

async function commit({ git, clock }: Scratch, parent: Parent, draft: EntryDraft): Promise<LogEntry> {
  const write = async (args: string[], input: string, env = {}) => String(await git(args, { input, env })).trim();
  const position = (parent?.position ?? 0) + 1;
  const blob = await write(["hash-object", "-w", "--stdin"], composeEntry(position, draft.value));
  const tree = await write(["mktree"], `100644 blob ${blob}\t${entryFile}\n`);
  const seconds = Math.trunc(clock.now() / 1000);
  const dates = { GIT_AUTHOR_DATE: `@${seconds} +0000`, GIT_COMMITTER_DATE: `@${seconds} +0000` };
  const args = ["commit-tree", tree, ...(parent === undefined ? [] : ["-p", parent.id]), "-F", "-"];
  const id = await write(args, composeMessage(draft.subject, draft.body ?? ""), dates);
  return { id, position, at: new Date(seconds * 1000).toISOString(), value: draft.value };
}

/** Pushes until the entry is known to be there or not. It never throws, since from here on it may be on the server. */
async function pushEntry(scratch: Scratch, entry: LogEntry, parent: Parent, signal: Signal): Promise<Appended> {
  const { git, ref, remote, clock } = scratch;
  const lease = `--force-with-lease=${ref}:${parent?.id ?? ""}`;
  for (let attempt = 1; ; attempt++) {
    try {
      await git(["push", "--porcelain", lease, "--", remote.url, `${entry.id}:${ref}`]);
      return { kind: "appended", head: entry };
    } catch (thrown) {
      const failed: Appended = { kind: "unknown", cause: asReleaseError(thrown) };
      const seen = await lookAfter(scratch, entry, parent).catch(asReleaseError);
      // What is wrong with the log itself says more than the push that it made fail.
      if (isReleaseError(seen)) return seen.category === "state" ? { kind: "unknown", cause: seen } : failed;
      if (seen !== undefined) return seen;
      if (attempt >= attempts || failed.cause.category === "auth" || signal?.aborted === true) return failed;
      await clock.sleep(100 * 4 ** attempt, signal).catch(() => undefined);
    }
  }
}

/** What the log tells about a push that failed; undefined where its head is still the parent. */
async function lookAfter(scratch: Scratch, entry: LogEntry, parent: Parent): Promise<Appended | undefined> {
  if (parent === undefined && !(await exists(scratch))) return undefined;
  const seen = await fetchEntries(scratch, searchDepth);
  if (seen.some(({ id }) => id === entry.id)) return { kind: "appended", head: entry };
  const [head] = seen;
  return head === undefined || head.id === parent?.id ? undefined : { kind: "lost", head };
}
