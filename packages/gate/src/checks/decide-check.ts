import type { CheckFact } from "../ports/checks.ts";
import { type Allowance, type CheckState, decideState, decisionOrder, type GateDecision } from "./decide-state.ts";
import { matchesName, matrixName } from "./match-names.ts";

/** What the gate makes of one required name, with the fact that was decisive. */
export interface CheckDecision {
  readonly state: CheckState;
  readonly decision: GateDecision;
  /** One sentence without the name. */
  readonly detail: string;
  /** The worst of the facts that count; undefined where the name is missing. */
  readonly fact: CheckFact | undefined;
}

/**
 * Decides one entry of the required checks.
 *
 * Of each (kind, app, workflow, name) only the newest fact counts, by id and then by time, never by its place in a list. All that
 * remain must be good: a name that is both a status and a check run needs both, a pattern needs every job that it matches and at
 * least one. A check run with an older, unfinished twin waits for it.
 */
export function decideCheck(
  entry: string,
  facts: readonly CheckFact[],
  allow: readonly Allowance[] = [],
): CheckDecision {
  const matching = factsOf(entry, facts);
  const [worst] = newestOfEach(matching)
    .map((fact): CheckDecision & { fact: CheckFact } => ({ ...judge(fact, matching, allow), fact }))
    .toSorted((a, b) => decisionOrder.indexOf(b.decision) - decisionOrder.indexOf(a.decision));
  return (
    worst ?? { state: "missing", decision: "wait", detail: "no check of this name has been reported", fact: undefined }
  );
}

function factsOf(entry: string, facts: readonly CheckFact[]): readonly CheckFact[] {
  const matching = facts.filter(({ name }) => matchesName(entry, name));
  const bare = matrixName(entry);
  return matching.length === 0 && bare !== undefined ? facts.filter(({ name }) => name === bare) : matching;
}

function judge(
  fact: CheckFact,
  siblings: readonly CheckFact[],
  allow: readonly Allowance[],
): Omit<CheckDecision, "fact"> {
  const { state, decision, because } = decideState(fact.kind === "status" ? "status" : "run", fact, allow);
  if (decision === "open" && siblings.some((sibling) => keyOf(sibling) === keyOf(fact) && isUnfinished(sibling))) {
    return { state: "pending", decision: "wait", detail: "another attempt of it has not ended" };
  }
  return { state, decision, detail: fact.description === "" ? because : `${because} (${fact.description})` };
}

// A status is a row of a history: each finished context still has its old pending row, which says nothing any more.
function isUnfinished({ kind, status, conclusion }: CheckFact): boolean {
  return kind === "check-run" && decideState("run", { status, conclusion }).decision === "wait";
}

/** The newest fact of each (kind, app, workflow, name). */
export function newestOfEach(facts: readonly CheckFact[]): readonly CheckFact[] {
  const newest = new Map<string, CheckFact>();
  for (const fact of facts) {
    const known = newest.get(keyOf(fact));
    if (known === undefined || isNewer(fact, known)) newest.set(keyOf(fact), fact);
  }
  return [...newest.values()];
}

function keyOf({ kind, app, workflow, name }: CheckFact): string {
  return JSON.stringify([kind, app, workflow, name]);
}

// A tie in everything is decided for the worse word, so that the order of a list never matters.
function isNewer(fact: CheckFact, known: CheckFact): boolean {
  if (fact.id !== known.id) return fact.id > known.id;
  if (fact.attempt !== known.attempt) return fact.attempt > known.attempt;
  const times = compareTimes(fact.updatedAt || fact.startedAt, known.updatedAt || known.startedAt);
  if (times !== 0) return times > 0;
  return (
    `${fact.status}/${fact.conclusion}` !== `${known.status}/${known.conclusion}` && badness(fact) > badness(known)
  );
}

/** Orders two ISO 8601 times, whatever their zones; one that cannot be read is the oldest. */
export function compareTimes(a: string, b: string): number {
  return timeOf(a) - timeOf(b);
}

function timeOf(text: string): number {
  const time = Date.parse(text);
  return Number.isNaN(time) ? 0 : time;
}

function badness({ kind, status, conclusion }: CheckFact): number {
  return decisionOrder.indexOf(decideState(kind === "status" ? "status" : "run", { status, conclusion }).decision);
}
