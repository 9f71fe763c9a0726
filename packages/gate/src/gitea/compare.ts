import { type Ancestry, type CommitSha, found, type Reading, ReleaseError, unknown } from "@lateen/kernel";

import { askOnce } from "../forge/memoize.ts";
import type { Changes, CommitFact, Range } from "../ports/changes.ts";
import type { History } from "../ports/history.ts";
import type { Client } from "./client.ts";
import { commitFact } from "./commits.ts";
import { readSafely } from "../forge/read-safely.ts";
import { touchedPaths } from "../forge/touched-paths.ts";
import { compareSchema, type WireCompare } from "./wire.ts";

/** Reads how two commits relate and what lies between them. */
export type Comparer = Pick<History, "compare"> & Pick<Changes, "between">;

/** Makes a {@link Comparer}. What lies between two commits never changes, so each answer is kept. */
export function createComparer(client: Client): Comparer {
  const once = askOnce<WireCompare>();
  const list = (base: CommitSha, head: CommitSha, signal?: AbortSignal): Promise<WireCompare> => {
    const path = comparePath(base, head);
    return once(path, async () => (await client.get(path, expected, signal)).value);
  };
  return {
    compare: (base, head, signal) =>
      readSafely(async () => {
        if (base === head) return found("identical" as const);
        const [ahead, behind] = await Promise.all([list(base, head, signal), list(head, base, signal)]);
        return ancestryOf(countOf(ahead), countOf(behind), client.urlOf(comparePath(base, head)));
      }),
    between: (base, head, signal) => readSafely(async () => found(rangeOf(await list(base, head, signal), head))),
  };
}

const expected = { schema: compareSchema, what: "a comparison of two commits" };

/** The path of a comparison; three dots: what `head` has and `base` has not. */
export function comparePath(base: string, head: string): string {
  return `/compare/${base}...${head}`;
}

/** Gitea has no word for ancestry: a commit is ahead where it has commits that the other lacks, and the other has none. */
function ancestryOf(ahead: number, behind: number, url: string): Reading<Ancestry> {
  if (ahead > 0 && behind > 0) return found("diverged");
  if (ahead > 0) return found("ahead");
  if (behind > 0) return found("behind");
  return unknown(emptyBothWays(url));
}

function countOf({ commits, total_commits: total }: WireCompare): number {
  return Math.max(commits.length, total);
}

function rangeOf(wire: WireCompare, head: CommitSha): Range {
  const commits = newestFirst(wire.commits.map(commitFact), head);
  return { commits, files: filesOf(wire, commits), truncated: countOf(wire) > commits.length };
}

// Servers and proxies differ in the order; the head itself tells which way round a list is.
function newestFirst(commits: readonly CommitFact[], head: CommitSha): readonly CommitFact[] {
  return commits.at(-1)?.sha === head && commits[0]?.sha !== head ? commits.toReversed() : commits;
}

/** The files that differ and those that any commit touched: newer servers name the former at the top, older ones only the latter. */
function filesOf({ files }: WireCompare, commits: readonly CommitFact[]): readonly string[] | undefined {
  const touched = commits.map((commit) => commit.files);
  const top = files === undefined ? undefined : touchedPaths(files);
  if (top === undefined && touched.includes(undefined)) return undefined;
  return [...new Set([...(top ?? []), ...touched.flatMap((paths) => paths ?? [])])];
}

function emptyBothWays(url: string): ReleaseError {
  return new ReleaseError({
    code: "FORGE_COMPARE_EMPTY",
    category: "unavailable",
    retryable: false,
    message: "the forge finds no commit between two different commits, in either direction",
    why: url,
    fix: "look whether the forge has finished to index the repository",
  });
}
