import {
  absent,
  type CommitSha,
  found,
  isShaPrefix,
  mapReading,
  parseCommitSha,
  type Reading,
  sameCommit,
  unknown,
  toReading,
} from "@lateen/kernel";
import type { CommitFact } from "../ports/changes.ts";
import { otherCommit } from "../forge/unexpected-commit.ts";
import { type RecentCommit, subjectOf } from "../ports/recent-commits.ts";
import type { Client } from "./client.ts";
import { touchedPaths } from "../forge/touched-paths.ts";
import { branchSchema, commitsSchema, commitSchema, type WireCommit } from "./wire.ts";

/** The newest commit of a branch. */
export function readHead(client: Client, branch: string, signal?: AbortSignal): Promise<Reading<CommitSha>> {
  return toReading(async () => {
    const answer = await client.find(branchPath(branch), { schema: branchSchema, what: "a branch" }, signal);
    if (answer === undefined)
      return absent(
        `the forge knows no branch ${branch}, or hides the repository: ${client.urlOf(branchPath(branch))}`,
      );
    const { id, sha } = answer.value.commit;
    return resolveCommit(client, id ?? sha ?? "", signal);
  });
}

/** The path of a branch, whose name may contain slashes. */
export function branchPath(branch: string): string {
  return `/branches/${encodeURIComponent(branch)}`;
}

/** The commit that 7 to 40 digits name; all 40 need no request. */
export function resolveCommit(client: Client, digits: string, signal?: AbortSignal): Promise<Reading<CommitSha>> {
  // Git writes small letters, and not every server finds a commit by others.
  const prefix = digits.toLowerCase();
  return toReading(async () => {
    if (!isShaPrefix(prefix)) return unknown(otherCommit(prefix, client.urlOf("")));
    if (prefix.length === 40) return found(parseCommitSha(prefix));
    const commit = (await findCommit(client, prefix, signal)) ?? (await findInLog(client, prefix, signal));
    if (commit === undefined) return absent(`the forge knows no commit ${prefix}`);
    // Forges resolve names of branches and tags at the same address: only a commit of these digits is an answer.
    if (!sameCommit(commit.sha, prefix) || commit.sha.length !== 40)
      return unknown(otherCommit(commit.sha, client.urlOf(commitPath(prefix))));
    return found(parseCommitSha(commit.sha));
  });
}

/** One commit with its message and files. */
export function readCommit(client: Client, sha: CommitSha, signal?: AbortSignal): Promise<Reading<CommitFact>> {
  return toReading(async () => {
    const commit = (await findCommit(client, sha, signal)) ?? (await findInLog(client, sha, signal));
    if (commit === undefined) return absent(`the forge knows no commit ${sha}`);
    return mapReading(
      sameCommit(commit.sha, sha) ? found(commit) : unknown(otherCommit(commit.sha, client.urlOf(commitPath(sha)))),
      commitFact,
    );
  });
}

/** Largest page of commits unless the server is configured otherwise: docs.gitea.com, `MAX_RESPONSE_ITEMS`. */
const largestPage = 50;

/** The newest commits of a branch, without their files, which would cost the server a comparison each. */
export function readRecent(
  client: Client,
  branch: string,
  most: number,
  signal?: AbortSignal,
): Promise<Reading<readonly RecentCommit[]>> {
  return toReading(async () => {
    const query = `sha=${encodeURIComponent(branch)}&limit=${Math.min(most, largestPage)}`;
    const path = `/commits?${query}&stat=false&verification=false&files=false`;
    const answer = await client.find(path, { schema: commitsSchema, what: "a list of commits" }, signal);
    if (answer === undefined) return absent(`the forge knows no branch ${branch}: ${client.urlOf(path)}`);
    return found(
      answer.value
        .slice(0, most)
        .map(({ sha, message }) => ({ sha: parseCommitSha(sha), subject: subjectOf(message) })),
    );
  });
}

/** The last commit in the log of `head`. */
export function readRoot(client: Client, head: CommitSha, signal?: AbortSignal): Promise<Reading<CommitSha>> {
  return toReading(async () => {
    const path = (page: number): string =>
      `/commits?sha=${head}&stat=false&verification=false&files=false&page=${page}&limit=${largestPage}`;
    const expected = { schema: commitsSchema, what: "a list of commits" };
    const first = await client.get(path(1), expected, signal);
    const total = Number(first.header("x-total-count") ?? first.value.length);
    const rows = first.value.length;
    const last = total > rows && rows > 0 ? await client.get(path(Math.ceil(total / rows)), expected, signal) : first;
    const root = last.value.at(-1);
    return root === undefined || (total <= rows && rows === largestPage && first.header("x-total-count") === undefined)
      ? absent(`the log of ${head} does not show its first commit: ${client.urlOf(path(1))}`)
      : found(parseCommitSha(root.sha));
  });
}

/** A commit in the vocabulary of the ports. */
export function commitFact({ sha, message, files, at, parents }: WireCommit): CommitFact {
  const touched = files === undefined ? undefined : touchedPaths(files);
  return { sha: parseCommitSha(sha), message, files: touched, parents, at: at === "" ? undefined : at };
}

function commitPath(sha: string): string {
  return `/git/commits/${sha}`;
}

async function findCommit(client: Client, sha: string, signal?: AbortSignal): Promise<WireCommit | undefined> {
  return (await client.find(commitPath(sha), { schema: commitSchema, what: "a commit" }, signal))?.value;
}

async function findInLog(client: Client, sha: string, signal?: AbortSignal): Promise<WireCommit | undefined> {
  const answer = await client.find(
    `/commits?sha=${sha}&limit=1`,
    { schema: commitsSchema, what: "a list of commits" },
    signal,
  );
  return answer?.value.find((commit) => sameCommit(commit.sha, sha));
}
