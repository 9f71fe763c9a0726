import type { CommitFact } from "../ports/changes.ts";

/**
 * The commits on the line of first parents from `head` down to `base`, newest first; undefined if that line does not reach `base`.
 *
 * What each of them changed against its first parent bounds what differs between the two ends, and leaves out what a merge of the
 * trunk brought along. Off that line nothing bounds it: a merge may drop one side. Without parents in the answer all commits count.
 */
export function firstParents(
  commits: readonly CommitFact[],
  base: string,
  head: string,
): readonly CommitFact[] | undefined {
  if (commits.every(({ parents }) => parents === undefined)) return commits;
  const known = new Map<string, CommitFact>(commits.map((commit) => [commit.sha, commit]));
  const line: CommitFact[] = [];
  for (let next: string | undefined = head; next !== base;) {
    const commit: CommitFact | undefined = next === undefined ? undefined : known.get(next);
    if (commit === undefined || line.length > commits.length) return undefined;
    line.push(commit);
    next = commit.parents?.[0];
  }
  return line;
}
