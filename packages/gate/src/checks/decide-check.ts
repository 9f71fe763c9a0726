import type { CheckFact } from "../ports/checks.ts";
import { compareTimes, isSame, newestOfEach } from "./check-identity.ts";
import { type Allowance, type CheckState, decideState, decisionOrder, type GateDecision } from "./decide-state.ts";
import { isOnBranch } from "./is-on-branch.ts";
import { matchesName, matrixName } from "./match-names.ts";

/** A required status or check run. */
export interface RequiredCheck {
  /** Its name, or a pattern with `*`. */
  readonly name: string;
  /** Only rows of this poster count: `actions`, or the slug of an app on GitHub. @default anybody's */
  readonly from?: string | undefined;
}

/** The run that the gate itself is part of; what it has under way can never be waited for. */
export interface OwnRun {
  readonly id?: string | undefined;
  /** Number of the run in the repository. */
  readonly number?: string | undefined;
  /** Key of the job in its workflow. */
  readonly job?: string | undefined;
}

/** Selects the facts that count for a required check. */
export interface CheckScope {
  /** @default "push" */
  readonly event?: string | undefined;
  /** Runs of other branches and of tags do not count. @default any */
  readonly branch?: string | undefined;
  readonly ownRun?: OwnRun | undefined;
  readonly allow?: readonly Allowance[] | undefined;
}

/** The verdict on one required name, with the fact that was decisive. */
export interface CheckDecision {
  readonly state: CheckState;
  readonly decision: GateDecision;
  /** One sentence without the name. */
  readonly detail: string;
  /** The worst of the facts that count; undefined if the name is missing. */
  readonly fact: CheckFact | undefined;
}

/**
 * Decides one entry of the required checks.
 *
 * A fact is identified by its kind, app, workflow file, run and name, and only runs of the wanted event on the wanted branch count. Of
 * each identity the newest fact counts, by run, id and time, never by its place in a list. All that remain must be good: a name that
 * is both a status and a check run needs both, a pattern needs every job that it matches and at least one.
 */
export function decideCheck(
  entry: string | RequiredCheck,
  facts: readonly CheckFact[],
  scope: CheckScope = {},
): CheckDecision {
  const { name, from } = typeof entry === "string" ? { name: entry } : entry;
  const named = factsOf(name, facts);
  const posted = named.filter((fact) => isFrom(fact, from));
  const counting = posted.filter((fact) => isInScope(fact, name, scope));
  const own = ownJob(counting, scope);
  if (own !== undefined) return own;
  const matching = withoutOwn(counting, scope.ownRun);
  const [worst] = newestOfEach(matching)
    .map((fact): CheckDecision & { fact: CheckFact } => ({ ...judge(fact, matching, scope), fact }))
    .toSorted((a, b) => decisionOrder.indexOf(b.decision) - decisionOrder.indexOf(a.decision));
  if (worst === undefined) return missing(named, posted, counting, from);
  const running = name.includes("*") ? matching.find((fact) => isUnderWay(fact, scope.ownRun)) : undefined;
  if (running === undefined || decisionOrder.indexOf(worst.decision) >= decisionOrder.indexOf("wait")) return worst;
  const detail = `run ${running.run?.id} has not ended, so more of this pattern may come`;
  return { state: "pending", decision: "wait", detail, fact: running };
}

function factsOf(entry: string, facts: readonly CheckFact[]): readonly CheckFact[] {
  const matching = facts.filter(({ name }) => matchesName(entry, name));
  const bare = matrixName(entry);
  return matching.length === 0 && bare !== undefined ? facts.filter(({ name }) => name === bare) : matching;
}

function isFrom({ app }: CheckFact, from: string | undefined): boolean {
  return from === undefined || app === from || (from === "actions" && app === "github-actions");
}

function isInScope({ kind, name, run }: CheckFact, entry: string, { event = "push", branch }: CheckScope): boolean {
  if (run !== undefined)
    return (run.event === "" || run.event === event) && (branch === undefined || isOnBranch(run, branch));
  // Without its run only the context names the event; somebody who wrote the whole context wants that one.
  const said = kind === "status" && entry !== name ? / \(([a-z_]+)\)$/.exec(name)?.[1] : undefined;
  return said === undefined || !forgeEvents.has(said) || said === event;
}

/** Events that Gitea writes behind the name of a job. Source: `getCommitStatusEventNameAndCommitID` in its `services/actions`. */
const forgeEvents: ReadonlySet<string> = new Set([
  "push",
  "pull_request",
  "pull_request_target",
  "pull_request_review",
  "release",
  "schedule",
  "workflow_dispatch",
]);

function missing(
  named: readonly CheckFact[],
  posted: readonly CheckFact[],
  counting: readonly CheckFact[],
  from: string | undefined,
): CheckDecision {
  const of = (detail: string): CheckDecision => ({ state: "missing", decision: "wait", detail, fact: undefined });
  if (counting.length > 0) return of("only the run that the gate is part of has begun it");
  const [other] = posted;
  if (other?.run !== undefined) return of(`only a ${other.run.event} run on ${other.run.branch || "no branch"} has it`);
  const [stranger] = named;
  if (stranger !== undefined && other === undefined)
    return of(`it was posted by ${stranger.app === "" ? "an unknown app" : stranger.app}, not by ${from}`);
  return of("no check of this name has been reported");
}

function judge(fact: CheckFact, siblings: readonly CheckFact[], { allow }: CheckScope): Omit<CheckDecision, "fact"> {
  if (fact.doubt !== undefined) return { state: "unknown", decision: "unknown", detail: fact.doubt };
  const { state, decision, because } = decideState(fact.kind === "status" ? "status" : "run", fact, allow);
  if (decision !== "wait" && isOfOlderAttempt(fact))
    return { state: "pending", decision: "wait", detail: `attempt ${fact.run?.attempt} of its run has not ended` };
  if (decision === "open" && siblings.some((sibling) => isSame(sibling, fact) && isUnfinishedRun(sibling)))
    return { state: "pending", decision: "wait", detail: "another attempt of it has not ended" };
  return { state, decision, detail: fact.description === "" ? because : `${because} (${fact.description})` };
}

/** A job of an attempt that a newer one has replaced, whose own job of that name is not there yet. */
function isOfOlderAttempt({ run, startedAt, updatedAt }: CheckFact): boolean {
  if (run === undefined || run.attempt < 2 || decideState("run", run).decision !== "wait") return false;
  return (run.startedAt ?? "") === "" || compareTimes(startedAt || updatedAt, run.startedAt ?? "") < 0;
}

/** True if the run of this fact has not ended, so that more jobs of it may be reported. */
function isUnderWay(fact: CheckFact, ownRun: OwnRun | undefined): boolean {
  return fact.run !== undefined && !isOwn(fact, ownRun) && decideState("run", fact.run).decision === "wait";
}

// A status is a row of a history: each finished context still has its old pending row, which has no meaning any more.
function isUnfinishedRun(fact: CheckFact): boolean {
  return fact.kind === "check-run" && isUnfinished(fact);
}

function isUnfinished(fact: CheckFact): boolean {
  return decideState(fact.kind === "status" ? "status" : "run", fact).decision === "wait";
}

/** The gate's own job, which cannot end before the gate does. */
function ownJob(facts: readonly CheckFact[], { ownRun }: CheckScope): CheckDecision | undefined {
  const job = ownRun?.job;
  const newest = newestOfEach(facts);
  if (job === undefined || job === "" || newest.length !== 1) return undefined;
  const fact = newest.find((one) => isOwn(one, ownRun) && isUnfinished(one) && jobOf(one.name) === job);
  if (fact === undefined) return undefined;
  return {
    state: "pending",
    decision: "closed",
    detail: "the gate runs in this very job, so it can never have ended",
    fact,
  };
}

function jobOf(context: string): string {
  return /^.* \/ (.*) \([a-z_]+\)$/.exec(context)?.[1] ?? context;
}

/**
 * Drops what the gate's own run still has under way, with earlier attempts of the same: a gate that waited for itself would never
 * end. What another job of that run has finished counts like anything else.
 */
function withoutOwn(facts: readonly CheckFact[], ownRun: OwnRun | undefined): readonly CheckFact[] {
  const waiting = newestOfEach(facts).filter((fact) => isOwn(fact, ownRun) && isUnfinished(fact));
  const names = new Set(waiting.map(({ name }) => name));
  return facts.filter((fact) => !names.has(fact.name) || !isOwn(fact, ownRun));
}

/** Id or number, whichever of the two the forge links to in this version. */
function isOwn({ runId, runNumber }: CheckFact, ownRun: OwnRun = {}): boolean {
  if (runId !== undefined && ownRun.id !== undefined) return String(runId) === ownRun.id;
  return runNumber !== undefined && ownRun.number !== undefined && String(runNumber) === ownRun.number;
}
