import {
  absent,
  type CommitSha,
  found,
  isReleaseError,
  isShaPrefix,
  parseCommitSha,
  type Reading,
  sameCommit,
  unknown,
  toReading,
  memoize,
} from "@lateen/kernel";
import type { Changes, CommitFact } from "../ports/changes.ts";
import { otherCommit } from "../forge/unexpected-commit.ts";
import { type RecentCommit, subjectOf } from "../ports/recent-commits.ts";
import { type TouchedFile, touchedPaths } from "../forge/touched-paths.ts";
import type { Client } from "./client.ts";
import { branchSchema, commitSchema, commitsSchema, type WireCommit } from "./wire.ts";

/** The path of a branch, whose name may contain slashes. */
export function branchPath(branch: string): string {
  return `/branches/${encodeURIComponent(branch)}`;
}

/** The path of a commit; 300 files stand on a page. */
export function commitPath(sha: string): string {
  return `/commits/${sha}`;
}

/** The newest commit of a branch. */
export function readHead(client: Client, branch: string, signal?: AbortSignal): Promise<Reading<CommitSha>> {
  return toReading(async () => {
    try {
      const { commit } = await client.get(branchPath(branch), { schema: branchSchema, what: "a branch" }, signal);
      return shaOf(commit.sha, branch, client);
    } catch (error) {
      // "Not Found" alone is what a hidden repository answers.
      if (!isReleaseError(error) || error.code !== "FORGE_NOT_FOUND" || !/Branch not found/i.test(error.why ?? ""))
        throw error;
      return absent(`there is no branch ${branch}: HTTP 404 from ${client.urlOf(branchPath(branch))}`);
    }
  });
}

/** The commit that 7 to 40 digits name. */
export function resolveCommit(client: Client, prefix: string, signal?: AbortSignal): Promise<Reading<CommitSha>> {
  return toReading(async () => {
    if (!isShaPrefix(prefix)) return unknown(otherCommit(prefix, client.urlOf("")));
    if (prefix.length === 40) return found(parseCommitSha(prefix));
    try {
      const { sha } = await client.get(commitPath(prefix), { schema: commitSchema, what: "a commit" }, signal);
      return shaOf(sha, prefix, client, prefix);
    } catch (error) {
      if (!isReleaseError(error) || !/No commit found for SHA/i.test(error.why ?? "")) throw error;
      return absent(`there is no commit ${prefix}: ${client.urlOf(commitPath(prefix))}`);
    }
  });
}

/** The newest commits of a branch; 100 are the largest page. */
export function readRecent(
  client: Client,
  branch: string,
  most: number,
  signal?: AbortSignal,
): Promise<Reading<readonly RecentCommit[]>> {
  return toReading(async () => {
    const path = `/commits?sha=${encodeURIComponent(branch)}&per_page=${Math.min(most, 100)}`;
    const rows = await client.get(path, { schema: commitsSchema, what: "a list of commits" }, signal);
    return found(
      rows.slice(0, most).map(({ sha, commit }) => ({ sha: parseCommitSha(sha), subject: subjectOf(commit?.message) })),
    );
  });
}

/** The last commit in the log of `head`. */
export function readRoot(client: Client, head: CommitSha, signal?: AbortSignal): Promise<Reading<CommitSha>> {
  return toReading(async () => {
    const expected = { schema: commitsSchema, what: "a list of commits" };
    const last = await client.lastPage(`/commits?sha=${head}&per_page=100`, expected, signal);
    const root = last.at(-1);
    return root === undefined
      ? absent(`the log of ${head} does not show its first commit: ${client.urlOf(`/commits?sha=${head}`)}`)
      : shaOf(root.sha, head, client);
  });
}

/** Makes a reader of commits with their message and all of their files. A commit never changes, so it is kept. */
export function createCommitReader(client: Client): Changes["commit"] {
  return memoize((sha: CommitSha, signal?: AbortSignal) => readCommit(client, sha, signal), {
    keep: ({ kind }) => kind === "found",
  });
}

function readCommit(client: Client, sha: CommitSha, signal?: AbortSignal): Promise<Reading<CommitFact>> {
  return toReading(async () => {
    const pages = await client.pages(commitPath(sha), { schema: commitSchema, what: "a commit" }, signal);
    const [first] = pages;
    if (first === undefined || !sameCommit(first.sha, sha))
      return unknown(otherCommit(first?.sha ?? "", client.urlOf(commitPath(sha))));
    const files = pages.some((page) => !page.files) ? undefined : pages.flatMap((page) => page.files ?? []);
    // GitHub names 3,000 files of a commit at most (https://docs.github.com/en/rest/commits/commits#get-a-commit).
    return found(commitFact(first, files !== undefined && files.length < 3000 ? files : undefined));
  });
}

/** Commit data that the rest of the package needs. */
export function commitFact({ commit, parents, sha }: WireCommit, files?: readonly TouchedFile[]): CommitFact {
  return {
    sha: parseCommitSha(sha),
    parents: parents?.map((parent) => parent.sha),
    message: commit?.message,
    files: files === undefined ? undefined : touchedPaths(files),
    at: commit?.committer?.date,
  };
}

/** GitHub resolves names of branches and tags at the same address as commits: only one of these digits is an answer. */
function shaOf(sha: string, asked: string, client: Client, prefix = sha): Reading<CommitSha> {
  const fits = /^[0-9a-f]{40}$/i.test(sha) && sameCommit(sha, prefix);
  return fits ? found(parseCommitSha(sha)) : unknown(otherCommit(sha, client.urlOf(commitPath(asked))));
}
