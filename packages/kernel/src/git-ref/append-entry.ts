import type { Appended, EntryDraft, LogPlace } from "../git-ref.ts";
import { asReleaseError } from "../release-error.ts";
import { composeEntry, composeMessage, entryFile, type LogEntry } from "./log-entry.ts";
import { exists, fetchEntries } from "./read-entries.ts";
import { type Git, inScratch } from "./scratch.ts";

/** Pushes at most; the same commit may be sent again, since it can land only once. */
const attempts = 3;
/** How far below a newer head our own entry is looked for. */
const searchDepth = 100;

/** Appends `draft` after `expected`. @throws ReleaseError `INTERRUPTED` before the first push */
export async function appendEntry(
  place: LogPlace,
  expected: string | null,
  draft: EntryDraft,
  signal: AbortSignal | undefined,
): Promise<Appended> {
  try {
    return await inScratch(place.options, place.remote, signal, async (git, dir) => {
      const [parent] = expected === null ? [] : await fetchEntries(git, place, 1);
      if (parent !== undefined && parent.id !== expected) return { kind: "lost", head: parent };
      const entry = await commit(git, place, parent, draft);
      return pushEntry({ git, dir, place, entry, expected: parent?.id ?? "" }, signal);
    });
  } catch (error) {
    const cause = asReleaseError(error);
    if (cause.category === "interrupted") throw cause;
    return { kind: "unknown", cause };
  }
}

async function commit(
  git: Git,
  { clock }: LogPlace,
  parent: LogEntry | undefined,
  draft: EntryDraft,
): Promise<LogEntry> {
  const position = (parent?.position ?? 0) + 1;
  const write = async (args: string[], input: string, env = {}) => String(await git(args, { input, env })).trim();
  const seconds = Math.trunc(clock.now() / 1000);
  const blob = await write(["hash-object", "-w", "--stdin"], composeEntry(position, draft.value));
  const tree = await write(["mktree"], `100644 blob ${blob}\t${entryFile}\n`);
  const parents = parent === undefined ? [] : ["-p", parent.id];
  const date = `@${seconds} +0000`;
  const id = await write(
    ["commit-tree", tree, ...parents, "-F", "-"],
    composeMessage(draft.subject, draft.body ?? ""),
    {
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_DATE: date,
    },
  );
  return { id, position, at: new Date(seconds * 1000).toISOString(), value: draft.value };
}

interface Push {
  readonly git: Git;
  readonly dir: string;
  readonly place: LogPlace;
  readonly entry: LogEntry;
  /** The id that the ref must have, or nothing where it must not exist. */
  readonly expected: string;
}

/** Pushes until the entry is known to be there or not. It never throws, since from here on the entry may be on the server. */
async function pushEntry(push: Push, signal: AbortSignal | undefined): Promise<Appended> {
  const { git, place, entry, expected } = push;
  const args = [
    "push",
    "--porcelain",
    `--force-with-lease=${place.ref}:${expected}`,
    "--",
    place.remote.url,
    `${entry.id}:${place.ref}`,
  ];
  for (let attempt = 1; ; attempt++) {
    try {
      await git(args);
      return { kind: "appended", head: entry };
    } catch (thrown) {
      const cause = asReleaseError(thrown);
      const seen = await lookAfter(push).catch((error: unknown) => ({
        kind: "unknown" as const,
        cause: asReleaseError(error),
      }));
      // What is wrong with the log itself says more than the push that it made fail.
      if (seen !== undefined)
        return seen.kind === "unknown" && seen.cause.category !== "state" ? { kind: "unknown", cause } : seen;
      if (attempt >= attempts || cause.category === "auth" || signal?.aborted === true)
        return { kind: "unknown", cause };
      await place.clock.sleep(100 * 4 ** attempt, signal).catch(() => undefined);
    }
  }
}

/** What the log tells about a push that failed; undefined where the head is still the expected one. */
async function lookAfter({ git, dir, place, entry, expected }: Push): Promise<Appended | undefined> {
  if (expected === "" && !(await exists(git, dir, place))) return undefined;
  const seen = await fetchEntries(git, place, searchDepth);
  const [head] = seen;
  if (head === undefined || seen.some(({ id }) => id === entry.id)) return { kind: "appended", head: entry };
  return head.id === expected ? undefined : { kind: "lost", head };
}
