import { absent, type CommitSha, found, type Reading } from "@lateen/kernel";
import type { Changes, Range } from "../ports/changes.ts";
import type { Checks, RunFact } from "../ports/checks.ts";
import { newestRun } from "../absence/decide-run.ts";
import { decideSuccessor, type PublishFact, publishFact, type SuccessorFacts } from "./decide-successor.ts";
import type { History } from "../ports/history.ts";
import { blocked, relevanceOf } from "./relevance.ts";
import { findSkipToken } from "../triggers/skip-token.ts";

/** Selects the newer commits that count. */
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

export interface SuccessorPorts {
  readonly changes: Changes;
  readonly checks: Checks;
  readonly history: History;
}

/**
 * Newer commits whose runs and files are looked at, newest first: a trunk may go for weeks without a commit that is released. As many as a
 * forge's list of commits is read for.
 */
const mostCandidates = 1_000;

/** Commits that are looked at together once the newest has no release of its own: forges limit requests at the same time. */
const widest = 10;

/** Settings shared by all candidates of one search. */
interface Search {
  readonly mine: CommitSha;
  readonly head: CommitSha;
  readonly branch: string;
  readonly rules: SuccessorRules;
  readonly ports: SuccessorPorts;
  readonly signal: AbortSignal | undefined;
  /** Everything that is newer. */
  readonly whole: Range;
  /** Reads the relevance of the range, once, and only if it matters. */
  readonly relevance: () => Promise<Reading<SuccessorFacts["relevant"]>>;
}

/**
 * The newest commit up to `head` that descends from `mine` and has, or will have, a release of its own; absent if all that is
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
  const whole = await ports.changes.between(mine, head, signal);
  if (whole.kind !== "found") return blocked(whole);
  let known: ReturnType<Search["relevance"]> | undefined;
  const relevance = () => (known ??= relevanceOf(whole.value, rules.paths, ports.changes, signal));
  const search: Search = { mine, head, branch, rules, ports, signal, whole: whole.value, relevance };
  const newer = [head, ...whole.value.commits.map(({ sha }) => sha).filter((sha) => sha !== head)];
  // Commits that the list itself rules out cost no request, however many there are.
  const candidates = newer.filter((sha) => findSkipToken(listedMessage(sha, whole.value) ?? "") === undefined);
  const successor = await tryCandidates(candidates.slice(0, mostCandidates), search);
  const passed = (upTo: number): string => {
    const skipping = newer.slice(0, upTo).filter((sha) => !candidates.includes(sha)).length;
    return skipping === 0 ? "" : `, ${skipping} of them by their own message`;
  };
  if (successor?.kind === "found") {
    const place = newer.indexOf(successor.value.sha);
    const because = `${successor.value.because}; ${place} newer than it make no release${passed(place)}`;
    return place === 0 ? successor : found({ ...successor.value, because });
  }
  if (successor !== undefined) return successor;
  if (whole.value.truncated || candidates.length > mostCandidates)
    return blocked(`not all newer commits could be looked at, but ${Math.min(candidates.length, mostCandidates)}`);
  return absent(`none of the ${newer.length} newer commits makes a release${passed(newer.length)}`);
}

/** The first of `candidates` that is not ruled out; the newest is asked alone, since it usually decides. */
async function tryCandidates(
  candidates: readonly CommitSha[],
  search: Search,
): Promise<Exclude<Reading<Successor>, { kind: "absent" }> | undefined> {
  for (let from = 0; from < candidates.length; from += from === 0 ? 1 : widest) {
    const some = candidates.slice(from, from === 0 ? 1 : from + widest);
    for (const reading of await Promise.all(some.map((sha) => tryCandidate(sha, search))))
      if (reading.kind !== "absent") return reading;
  }
  return undefined;
}

/** Asks what is cheap first: the message, the publish run, and only then the ancestry and the files. */
async function tryCandidate(sha: CommitSha, search: Search): Promise<Reading<Successor>> {
  const [message, publish] = await Promise.all([messageOf(sha, search), publishOf(sha, search)]);
  if (message.kind === "unknown") return message;
  if (publish.kind !== "found") return blocked(publish);
  const skipToken = message.kind === "found" ? findSkipToken(message.value) : undefined;
  const facts = { skipToken, publish: publish.value };
  const hasPaths = search.rules.paths !== undefined && search.rules.paths.length > 0;
  const best = decideSuccessor({ ...facts, relevant: hasPaths ? "yes" : "not-asked" });
  if (best.eligible === "unknown") return blocked(`${sha}: ${best.because}`);
  if (!best.eligible) return absent(`${sha}: ${best.because}`);
  if (hasPaths && !decideSuccessor({ ...facts, relevant: "no" }).eligible) return weighChanges(sha, search);
  const reached = await reach(sha, search);
  return reached.kind === "found" ? found({ sha, because: best.because }) : reached;
}

/** For a candidate whose files decide. */
async function weighChanges(sha: CommitSha, search: Search): Promise<Reading<Successor>> {
  const all = await search.relevance();
  if (all.kind !== "found") return blocked(all);
  if (all.value === "no") return absent("no relevant file has changed");
  const range = await reach(sha, search);
  if (range.kind !== "found") return range;
  const relevant =
    sha === search.head ? all : await relevanceOf(range.value, search.rules.paths, search.ports.changes, search.signal);
  if (relevant.kind !== "found") return blocked(relevant);
  return relevant.value === "yes"
    ? found({ sha, because: "relevant files have changed" })
    : absent("no relevant file has changed");
}

/** Changes between mine and a commit; absent if it does not descend from mine, such as one that came with a merge. */
async function reach(sha: CommitSha, { mine, head, ports, signal, whole }: Search): Promise<Reading<Range>> {
  if (sha === head) return found(whole);
  const [ancestry, range] = await Promise.all([
    ports.history.compare(mine, sha, signal),
    ports.changes.between(mine, sha, signal),
  ]);
  if (ancestry.kind !== "found") return blocked(ancestry);
  if (ancestry.value !== "ahead") return absent(`${sha} does not descend from ${mine}`);
  return range.kind === "absent" ? blocked(range) : range;
}

function listedMessage(sha: CommitSha, { commits }: Range): string | undefined {
  return commits.find((commit) => commit.sha === sha)?.message;
}

/** The message, from the list if it is in there. A forge that reports no message at all cannot have acted on one. */
async function messageOf(sha: CommitSha, { whole, ports, signal }: Search): Promise<Reading<string>> {
  const listed = listedMessage(sha, whole);
  if (listed !== undefined) return found(listed);
  const commit = await ports.changes.commit(sha, signal);
  if (commit.kind === "unknown" && commit.cause.code === "FORGE_NOT_FOUND") return absent(commit.cause.message);
  if (commit.kind !== "found") return commit;
  return commit.value.message === undefined ? absent("the forge reports no message") : found(commit.value.message);
}

async function publishOf(sha: CommitSha, { branch, rules, ports, signal }: Search): Promise<Reading<PublishFact>> {
  if (rules.publishWorkflow === undefined) return found("not-required");
  const runs = await ports.checks.runs(sha, rules.publishWorkflow, signal);
  if (runs.kind !== "found") return runs;
  return found(publishFact(newestRun(runs.value, { commit: sha, branch, event: "push" }) ?? anyRun(runs.value)));
}

// A release may be published by hand, too.
function anyRun(runs: readonly RunFact[]): RunFact | undefined {
  return runs.toSorted((a, b) => b.id - a.id)[0];
}
