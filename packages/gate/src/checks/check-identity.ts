import type { CheckFact } from "../ports/checks.ts";
import { decideState, decisionOrder } from "./decide-state.ts";

/**
 * The newest fact of each identity. A status that links to no run replaces all older ones of its name, and is replaced by newer ones:
 * so a forge combines them.
 */
export function newestOfEach(facts: readonly CheckFact[]): readonly CheckFact[] {
  const newest = new Map<string, CheckFact>();
  for (const fact of facts) {
    const known = newest.get(keyOf(fact));
    if (known === undefined || isNewer(fact, known)) newest.set(keyOf(fact), fact);
  }
  const all = [...newest.values()];
  return all.filter((fact) => !all.some((other) => replaces(other, fact)));
}

function replaces(other: CheckFact, fact: CheckFact): boolean {
  if (other.kind !== "status" || fact.kind !== "status" || other.name !== fact.name) return false;
  return (other.workflow === "") !== (fact.workflow === "") && other.id > fact.id;
}

/** True if two facts are about the same job of the same run. */
export function isSame(a: CheckFact, b: CheckFact): boolean {
  return keyOf(a) === keyOf(b);
}

function keyOf({ kind, app, workflow, name }: CheckFact): string {
  return JSON.stringify([kind, kind === "status" ? "" : app, workflow, name]);
}

// A tie in everything is decided for the worse word, so that the order of a list never matters.
function isNewer(fact: CheckFact, known: CheckFact): boolean {
  if (fact.runId !== undefined && known.runId !== undefined && fact.runId !== known.runId)
    return fact.runId > known.runId;
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
