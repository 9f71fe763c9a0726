import { newestOfEach } from "../checks/check-identity.ts";
import { decideState } from "../checks/decide-state.ts";
import type { CheckFact, RunFact } from "../ports/checks.ts";

/**
 * The runs of one workflow as its statuses show them, for servers without a list of runs; a context is `<workflow> / <job> (<event>)`.
 *
 * Two workflow files of one name share their contexts, and so do a push of a branch and of a tag. Nothing distinguishes their runs, so
 * all runs of an event make one state: the worst that has been reached for good.
 */
export function runsFromStatuses(
  names: readonly string[],
  commit: string,
  facts: readonly CheckFact[],
): readonly RunFact[] {
  const jobs = facts.flatMap((fact) => jobOf(fact, names));
  const events = [...new Set(jobs.map(({ event }) => event))];
  return events.map((event) => runOf(event, commit, jobs));
}

interface Job {
  readonly event: string;
  readonly fact: CheckFact;
}

function jobOf(fact: CheckFact, names: readonly string[]): Job[] {
  const context = fact.name.trimStart();
  const workflow = names.find((name) => context.startsWith(name === "" ? "/ " : `${name} / `));
  const event = / \(([a-z_]+)\)$/.exec(context)?.[1];
  return workflow === undefined || event === undefined ? [] : [{ event, fact }];
}

function runOf(event: string, commit: string, jobs: readonly Job[]): RunFact {
  const facts = newestOfEach(jobs.filter((job) => job.event === event).map(({ fact }) => fact));
  const last = facts.reduce((a, b) => (b.id > a.id ? b : a));
  const numbers = facts.map(({ runNumber = 0 }) => runNumber);
  return {
    id: Math.max(...numbers),
    attempt: 1,
    workflow: "",
    workflowName: last.name.split(" / ")[0] ?? "",
    event,
    branch: "",
    headSha: commit,
    ...stateOf(facts),
    url: last.url,
    createdAt: last.startedAt,
    updatedAt: last.updatedAt,
  };
}

function stateOf(facts: readonly CheckFact[]): { status: string; conclusion: string } {
  const words = new Map(facts.map((fact) => [decideState("status", fact).state, fact.status]));
  if (words.has("failure")) return { status: "completed", conclusion: "failure" };
  const strange = words.get("unknown") ?? words.get("neutral");
  if (strange !== undefined) return { status: "completed", conclusion: strange };
  if (words.has("cancelled")) return { status: "completed", conclusion: "cancelled" };
  if (words.has("pending")) return { status: "in_progress", conclusion: "" };
  return { status: "completed", conclusion: words.has("success") ? "success" : "skipped" };
}
