import { absent, type Ancestry, type CommitSha, found, type Reading } from "@lateen/kernel";
import type { Changes, CommitFact, Difference } from "../ports/changes.ts";
import { type AbsenceProof, decideAbsence, type RunLook } from "./decide-absence.ts";
import type { History } from "../ports/history.ts";
import type { Push, Pushes } from "../ports/pushes.ts";
import type { Sources } from "../ports/sources.ts";
import { type LoadYaml, parseWorkflow, type PushTrigger } from "../triggers/parse-workflow.ts";

/** A run that is missing, and what the caller knows of it already. */
export interface AbsenceInput {
  readonly commit: CommitSha;
  readonly branch: string;
  /** Name or path of the workflow file. */
  readonly file: string;
  /** @default "push" */
  readonly event?: string;
  /** Head of the branch before the push, if the push event that started this job names it. */
  readonly before?: CommitSha | undefined;
  /** The listings of runs so far, oldest first. */
  readonly looks: readonly RunLook[];
  /** Least time between two empty listings in milliseconds. */
  readonly settleMs: number;
  /** Other proof that the forge processed the push, in words; absent if there is none. */
  readonly delivered: Reading<string>;
}

export interface AbsencePorts {
  readonly changes: Changes;
  readonly history: History;
  readonly pushes: Pushes;
  readonly sources: Sources;
  /** @default the package `yaml` */
  readonly loadYaml?: LoadYaml;
}

/** Reads what a proof of absence needs, everything independent at once, and decides with {@link decideAbsence}. */
export async function proveAbsent(
  input: AbsenceInput,
  ports: AbsencePorts,
  signal?: AbortSignal,
): Promise<AbsenceProof> {
  const { branch, commit, delivered, event = "push", file, looks, settleMs } = input;
  const push = pushOf(input, ports, signal);
  const [engine, trigger, registered, head, pushed, span] = await Promise.all([
    ports.sources.filters(signal),
    readTrigger(file, commit, ports, signal),
    ports.sources.workflow(file, signal),
    ports.changes.commit(commit, signal),
    push,
    push.then((reading) => readSpan(reading, commit, ports, signal)),
  ]);
  const message = messageOf(head);
  const facts = {
    engine,
    commit,
    branch,
    event,
    looks,
    settleMs,
    delivered,
    registered,
    trigger,
    push: pushed,
    message,
  };
  return decideAbsence({ ...facts, ...span });
}

async function pushOf(
  { before, branch, commit }: AbsenceInput,
  { pushes }: AbsencePorts,
  signal?: AbortSignal,
): Promise<Reading<Push>> {
  if (before === undefined) return pushes.push(commit, branch, signal);
  // Workflows were started by this push, or this job would not run: so it was not made with a workflow's token.
  return found({ before, after: commit, pusher: "", byWorkflowToken: false });
}

export async function readTrigger(
  file: string,
  commit: CommitSha,
  ports: Pick<AbsencePorts, "sources" | "loadYaml">,
  signal?: AbortSignal,
): Promise<Reading<PushTrigger>> {
  const workflow = await ports.sources.workflowFile(file, commit, signal);
  if (workflow.kind === "absent") return absent(`there is no workflow ${file} at this commit: ${workflow.proof}`);
  if (workflow.kind === "unknown") return workflow;
  const parsed = await parseWorkflow(workflow.value.text, workflow.value.path, ports.loadYaml);
  return parsed.kind === "found" ? parsed.value.push : parsed;
}

interface Span {
  readonly ancestry: Reading<Ancestry>;
  readonly difference: Reading<Difference>;
}

async function readSpan(
  push: Reading<Push>,
  commit: CommitSha,
  { changes, history }: AbsencePorts,
  signal?: AbortSignal,
): Promise<Span> {
  const before = push.kind === "found" ? push.value.before : undefined;
  if (before === undefined) return { ancestry: absent("without a push"), difference: absent("without a push") };
  const [ancestry, difference] = await Promise.all([
    history.compare(before, commit, signal),
    changes.difference(before, commit, signal),
  ]);
  return { ancestry, difference };
}

function messageOf(head: Reading<CommitFact>): Reading<string> {
  if (head.kind !== "found") return head;
  return head.value.message === undefined ? absent("the forge did not name the message") : found(head.value.message);
}
