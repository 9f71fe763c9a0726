import { absent, type CommitSha, found, type Reading, ReleaseError, unknown } from "@lateen/kernel";

import type { Changes, Range } from "./changes.ts";
import type { Checks, RunFact } from "./checks.ts";
import { newestRun } from "./decide-run.ts";
import { decideSuccessor, type PublishFact, publishFact, type SuccessorFacts } from "./decide-successor.ts";
import type { History } from "./history.ts";
import { matchesPaths } from "./triggers/matches-paths.ts";
import { findSkipToken } from "./triggers/skip-token.ts";

/** Which newer commits count. */
export interface SuccessorRules {
  /** Only commits that touch these paths make releases; in a workflow's path patterns. */
  readonly paths?: readonly string[] | undefined;
  /** File of the workflow whose run makes a release. */
  readonly publishWorkflow?: string | undefined;
}

/** A newer commit with a release of its own. */
export interface Successor {
  readonly sha: CommitSha;
  readonly because: string;
}

/** What {@link findSuccessor} reads from. */
export interface SuccessorPorts {
  readonly changes: Changes;
  readonly checks: Checks;
  readonly history: History;
}

/** The most newer commits that are looked at, newest first; more than a day of the busiest trunk that we know. */
const mostCandidates = 100;

/**
 * The newest commit up to `head` that descends from `mine` and has, or will have, a release of its own; absent where all that is
 * newer was looked at and has none.
 */
export async function findSuccessor(
  mine: CommitSha,
  head: CommitSha,
  branch: string,
  rules: SuccessorRules,
  ports: SuccessorPorts,
  signal?: AbortSignal,
): Promise<Reading<Successor>> {
  const range = await ports.changes.between(mine, head, signal);
  if (range.kind !== "found")
    return range.kind === "unknown"
      ? range
      : unknown(gap(`the commits since ${mine} could not be listed: ${range.proof}`));
  const tried = await tryCandidate(mine, head, branch, range.value, rules, ports, signal);
  if (tried.kind !== "absent") return tried;
  const older = range.value.commits.filter(({ sha }) => sha !== head);
  for (const { sha } of older.slice(0, mostCandidates)) {
    const inner = await reachable(mine, sha, ports, signal);
    if (inner.kind === "unknown") return inner;
    if (inner.kind === "absent") continue;
    const reading = await tryCandidate(mine, sha, branch, inner.value, rules, ports, signal);
    if (reading.kind !== "absent") return reading;
  }
  if (range.value.truncated || older.length > mostCandidates)
    return unknown(gap("not all newer commits could be looked at"));
  return absent(`none of the ${older.length + 1} newer commits has a release of its own`);
}

/** What lies between mine and a commit; absent where it does not descend from mine, such as one that came with a merge. */
async function reachable(
  mine: CommitSha,
  sha: CommitSha,
  ports: SuccessorPorts,
  signal?: AbortSignal,
): Promise<Reading<Range>> {
  const [ancestry, range] = await Promise.all([
    ports.history.compare(mine, sha, signal),
    ports.changes.between(mine, sha, signal),
  ]);
  if (ancestry.kind !== "found") return ancestry.kind === "unknown" ? ancestry : unknown(gap(ancestry.proof));
  if (ancestry.value !== "ahead") return absent(`${sha} does not descend from ${mine}`);
  return range.kind === "absent" ? unknown(gap(range.proof)) : range;
}

async function tryCandidate(
  mine: CommitSha,
  sha: CommitSha,
  branch: string,
  range: Range,
  rules: SuccessorRules,
  ports: SuccessorPorts,
  signal?: AbortSignal,
): Promise<Reading<Successor>> {
  const [message, publish] = await Promise.all([
    messageOf(sha, range, ports, signal),
    publishOf(sha, branch, rules, ports, signal),
  ]);
  if (message.kind === "unknown") return message;
  if (publish.kind !== "found") return publish.kind === "unknown" ? publish : unknown(gap(publish.proof));
  const skipToken = message.kind === "found" ? findSkipToken(message.value) : undefined;
  const asks = skipToken === undefined && (publish.value === "none" || publish.value === "not-required");
  const relevant = asks ? await relevanceOf(range, rules, ports, signal) : found("not-asked" as const);
  if (relevant.kind !== "found") return relevant.kind === "unknown" ? relevant : unknown(gap(relevant.proof));
  const { eligible, because } = decideSuccessor({ skipToken, publish: publish.value, relevant: relevant.value });
  if (eligible === "unknown") return unknown(gap(`${sha}: ${because}`));
  return eligible ? found({ sha, because }) : absent(`${sha}: ${because}`);
}

/** The message, from the list where it stands there. A forge that tells no message at all cannot have acted on one. */
async function messageOf(
  sha: CommitSha,
  { commits }: Range,
  { changes }: SuccessorPorts,
  signal?: AbortSignal,
): Promise<Reading<string>> {
  const listed = commits.find((commit) => commit.sha === sha)?.message;
  if (listed !== undefined) return found(listed);
  const commit = await changes.commit(sha, signal);
  if (commit.kind !== "found") return commit;
  return commit.value.message === undefined ? absent("the forge tells no message") : found(commit.value.message);
}

async function publishOf(
  sha: CommitSha,
  branch: string,
  { publishWorkflow }: SuccessorRules,
  { checks }: SuccessorPorts,
  signal?: AbortSignal,
): Promise<Reading<PublishFact>> {
  if (publishWorkflow === undefined) return found("not-required");
  const runs = await checks.runs(sha, publishWorkflow, signal);
  if (runs.kind !== "found") return runs;
  return found(publishFact(newestRun(runs.value, { commit: sha, branch, event: "push" }) ?? anyRun(runs.value)));
}

// A release may be published by hand, too.
function anyRun(runs: readonly RunFact[]): RunFact | undefined {
  return runs.toSorted((a, b) => b.id - a.id)[0];
}

async function relevanceOf(
  range: Range,
  { paths }: SuccessorRules,
  { changes }: SuccessorPorts,
  signal?: AbortSignal,
): Promise<Reading<SuccessorFacts["relevant"]>> {
  if (paths === undefined || paths.length === 0) return found("not-asked");
  const isRelevant = (files: readonly string[] | undefined): boolean =>
    files?.some((file) => matchesPaths(paths, file)) ?? false;
  if (isRelevant(range.files) || range.commits.some(({ files }) => isRelevant(files))) return found("yes");
  // What the two ends differ in is not all: a change that was reverted later has been made, and may have been released.
  const whole = await Promise.all(
    range.commits.map(async (commit) =>
      commit.files === undefined ? changes.commit(commit.sha, signal) : found(commit),
    ),
  );
  for (const commit of whole) {
    if (commit.kind !== "found") return commit.kind === "unknown" ? commit : unknown(gap(commit.proof));
    if (isRelevant(commit.value.files)) return found("yes");
    if (commit.value.files === undefined)
      return unknown(gap(`the forge does not tell which files ${commit.value.sha} changed`));
  }
  return range.truncated ? unknown(gap("the forge cut the list of newer commits off")) : found("no");
}

function gap(message: string): ReleaseError {
  return new ReleaseError({
    code: "SUCCESSOR_UNREADABLE",
    category: "unavailable",
    retryable: false,
    message,
    fix: "run again; if it stays, look at what the forge lists between the two commits",
  });
}
