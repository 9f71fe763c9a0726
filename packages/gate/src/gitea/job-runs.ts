import type { CheckFact, RunFact } from "../ports/checks.ts";
import { newestOfEach } from "../checks/decide-check.ts";
import { decideState } from "../checks/decide-state.ts";
import { runNumber } from "./statuses.ts";

/**
 * The runs of one workflow as its statuses show them, for servers without a runs API; a context is `<workflow> / <job> (<event>)`.
 *
 * Of each event only the newest run counts, and its jobs make one state: the worst that has been reached for good.
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
  readonly run: number;
  readonly fact: CheckFact;
}

function jobOf(fact: CheckFact, names: readonly string[]): Job[] {
  const workflow = names.find((name) => fact.name.startsWith(`${name} / `));
  const event = / \(([a-z_]+)\)$/.exec(fact.name)?.[1];
  return workflow === undefined || event === undefined ? [] : [{ event, run: runNumber(fact.url) ?? 0, fact }];
}

function runOf(event: string, commit: string, jobs: readonly Job[]): RunFact {
  const ofEvent = jobs.filter((job) => job.event === event);
  const newest = Math.max(...ofEvent.map(({ run }) => run));
  const facts = newestOfEach(ofEvent.filter(({ run }) => run === newest).map(({ fact }) => fact));
  const last = facts.reduce((a, b) => (b.id > a.id ? b : a));
  return {
    id: newest,
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
