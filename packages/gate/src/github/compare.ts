import { type Ancestry, found, type Reading, unknown, toReading, memoize } from "@lateen/kernel";
import { unclearError } from "../errors.ts";
import { firstParents } from "../forge/first-parents.ts";
import type { Changes, Range } from "../ports/changes.ts";
import type { History } from "../ports/history.ts";
import { touchedPaths } from "../forge/touched-paths.ts";
import type { Client } from "./client.ts";
import { commitFact } from "./commits.ts";
import { compareSchema, type WireCompare } from "./wire.ts";

/** Largest page of commits of a comparison. */
const pageSize = 100;

/** A comparison names 300 files at most: https://docs.github.com/en/rest/commits/commits#compare-two-commits. */
const mostFiles = 300;

/** Reads how two commits relate and what lies between them. */
export type Comparer = Pick<History, "compare"> & Pick<Changes, "between" | "difference">;

/** Commits whose own files are read if a comparison is cut off; a squash is one. */
const mostCommits = 10;

/** Makes a {@link Comparer}. The range between two commits never changes, so each answer is kept. */
export function createComparer(client: Client, commit: Changes["commit"]): Comparer {
  const load = memoize((path: string, signal) => client.get(path, expected, signal));
  const between: Changes["between"] = (base, head, signal) =>
    toReading(async () => {
      const page = await load(comparePath(base, head), signal);
      const more =
        page.commits !== undefined && (page.total_commits ?? 0) > page.commits.length
          ? (await client.pages(comparePath(base, head), expected, signal)).slice(1)
          : [];
      return found(rangeOf(page, more));
    });
  return {
    between,
    compare: (base, head, signal) =>
      toReading(async () => {
        if (base === head) return found("identical" as const);
        const { status } = await load(comparePath(base, head), signal);
        return ancestryOf(status, client.urlOf(comparePath(base, head)));
      }),
    async difference(base, head, signal) {
      const range = await between(base, head, signal);
      if (range.kind !== "found") return range;
      const { commits, files, truncated } = range.value;
      if (files !== undefined) return found({ files, truncated: false });
      // The list is cut off, but each commit names its own files on pages, ten times as many.
      const line = firstParents(commits, base, head);
      if (truncated || line === undefined || line.length > mostCommits) return found({ files, truncated: true });
      const each = await Promise.all(line.map(({ sha }) => commit(sha, signal)));
      const named = each.map((reading) => (reading.kind === "found" ? reading.value.files : undefined));
      if (named.includes(undefined)) return found({ files, truncated: true });
      return found({ files: [...new Set(named.flatMap((paths) => paths ?? []))], truncated: false });
    },
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
    unclearError("FORGE_COMPARE_UNCLEAR", {
      message: `${JSON.stringify(status.slice(0, 60))} is not a known relation of two commits`,
      why: url,
      fix: "check whether a newer version of this program knows it",
    }),
  );
}

function rangeOf(first: WireCompare, more: readonly WireCompare[]): Range {
  const commits = [first, ...more].flatMap(({ commits: listed = [] }) => listed.map((commit) => commitFact(commit)));
  const isShort = first.commits === undefined || commits.length < (first.total_commits ?? commits.length);
  const isCut = first.files === undefined || first.files.length >= mostFiles;
  // GitHub lists the oldest first.
  return {
    commits: commits.toReversed(),
    files: isCut ? undefined : touchedPaths(first.files ?? []),
    truncated: isShort,
  };
}
