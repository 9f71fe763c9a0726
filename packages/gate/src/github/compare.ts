import { type Ancestry, found, type Reading, ReleaseError, unknown } from "@lateen/kernel";

import { askOnce } from "../forge/memoize.ts";
import type { Changes, Range } from "../ports/changes.ts";
import type { History } from "../ports/history.ts";
import { readSafely } from "../forge/read-safely.ts";
import { touchedPaths } from "../forge/touched-paths.ts";
import type { Client } from "./client.ts";
import { commitFact } from "./commits.ts";
import { compareSchema, type WireCompare } from "./wire.ts";

/** As many commits as a page of a comparison can have. */
const pageSize = 100;

/** A comparison names 300 files at most: https://docs.github.com/en/rest/commits/commits#compare-two-commits. */
const mostFiles = 300;

/** Reads how two commits relate and what lies between them. */
export type Comparer = Pick<History, "compare"> & Pick<Changes, "between">;

/** Makes a {@link Comparer}. What lies between two commits never changes, so each answer is kept. */
export function createComparer(client: Client): Comparer {
  const once = askOnce<WireCompare>();
  const first = (path: string, signal?: AbortSignal): Promise<WireCompare> =>
    once(path, () => client.get(path, expected, signal));
  return {
    compare: (base, head, signal) =>
      readSafely(async () => {
        if (base === head) return found("identical" as const);
        const { status } = await first(comparePath(base, head), signal);
        return ancestryOf(status, client.urlOf(comparePath(base, head)));
      }),
    between: (base, head, signal) =>
      readSafely(async () => {
        const page = await first(comparePath(base, head), signal);
        const more =
          page.commits !== undefined && (page.total_commits ?? 0) > page.commits.length
            ? (await client.pages(comparePath(base, head), expected, signal)).slice(1)
            : [];
        return found(rangeOf(page, more));
      }),
  };
}

const expected = { schema: compareSchema, what: "a comparison of two commits" };

/** The path of a comparison; three dots: what `head` has and `base` has not. The files stand on the first page only. */
export function comparePath(base: string, head: string): string {
  return `/compare/${base}...${head}?per_page=${pageSize}&page=1`;
}

function ancestryOf(status: string, url: string): Reading<Ancestry> {
  if (status === "ahead" || status === "behind" || status === "identical" || status === "diverged")
    return found(status);
  return unknown(
    new ReleaseError({
      code: "FORGE_COMPARE_UNCLEAR",
      category: "unavailable",
      retryable: false,
      message: `${JSON.stringify(status.slice(0, 60))} is no known relation of two commits`,
      why: url,
      fix: "look whether a newer version of this program knows it",
    }),
  );
}

function rangeOf(first: WireCompare, more: readonly WireCompare[]): Range {
  const commits = [first, ...more].flatMap(({ commits: listed = [] }) => listed.map((commit) => commitFact(commit)));
  const files = first.files ?? undefined;
  const isShort = first.commits === undefined || commits.length < (first.total_commits ?? commits.length);
  const truncated = isShort || (files?.length ?? 0) >= mostFiles;
  // GitHub lists the oldest first.
  return { commits: commits.toReversed(), files: files === undefined ? undefined : touchedPaths(files), truncated };
}
