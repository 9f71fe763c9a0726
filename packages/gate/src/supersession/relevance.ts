import { found, type Reading, type ReleaseError, unknown } from "@lateen/kernel";
import { unclearError } from "../errors.ts";
import type { Changes, CommitFact, Range } from "../ports/changes.ts";
import { pathMatcher } from "./path-matcher.ts";

/** Commits whose files are asked for one by one, as many as a forge's list of commits is read for, and at the same time: forges limit both. */
const [mostCommits, widest] = [1_000, 10] as const;

/**
 * Reports if any commit of a range touched one of `paths`; `not-asked` without paths.
 *
 * The difference between the two ends is not enough: a change that was reverted later has been made, and may have been released.
 */
export async function relevanceOf(
  range: Range,
  paths: readonly string[] | undefined,
  changes: Changes,
  signal?: AbortSignal,
): Promise<Reading<"yes" | "no" | "not-asked">> {
  if (paths === undefined || paths.length === 0) return found("not-asked");
  const match = pathMatcher(paths);
  // An unclear pattern counts as a match, which is the careful side.
  const isRelevant = ({ files }: Pick<CommitFact, "files">): boolean =>
    files?.some((file) => match(file) !== "misses") ?? false;
  if (isRelevant(range) || range.commits.some(isRelevant)) return found("yes");
  if (range.truncated) return blocked("the forge cut the list of newer commits off");
  // The changes of a single commit are the difference between the two ends.
  if (range.commits.length === 1 && range.files !== undefined) return found("no");
  const silent = range.commits.filter(({ files }) => files === undefined);
  if (silent.length > mostCommits) return blocked(`${silent.length} newer commits are too many to look at one by one`);
  for (let from = 0; from < silent.length; from += widest) {
    const some = await Promise.all(silent.slice(from, from + widest).map(({ sha }) => changes.commit(sha, signal)));
    if (some.some((commit) => commit.kind === "found" && isRelevant(commit.value))) return found("yes");
    for (const commit of some) {
      if (commit.kind !== "found") return blocked(commit);
      if (commit.value.files === undefined)
        return blocked(`the forge does not name the files that ${commit.value.sha} changed`);
    }
  }
  return found("no");
}

/** Reasons that block the search for a successor; absence of a required fact is not an answer either. */
export function blocked(reason: string | Exclude<Reading<unknown>, { kind: "found" }>): Reading<never> {
  if (typeof reason === "string") return unknown(gap(reason));
  return reason.kind === "unknown" ? reason : unknown(gap(reason.proof));
}

function gap(message: string): ReleaseError {
  return unclearError("SUCCESSOR_UNREADABLE", {
    message,
    fix: "run again; if it stays, look at what the forge lists between the two commits",
  });
}
