import { absent, found, plainText, type Reading } from "@lateen/kernel";
import type { CheckFact } from "../ports/checks.ts";
import type { AbsenceProof, RunLook } from "./decide-absence.ts";
import { decideInherited } from "./decide-inherited.ts";
import { decideAbsentRun, type RunDecision } from "./decide-run.ts";
import { findNearest } from "./find-nearest.ts";
import type { GatePorts } from "../ports/gate-ports.ts";
import type { LookPlan } from "../checks/evaluate-gate.ts";
import type { WorkflowGate } from "../policy.ts";
import { proveAbsent, readTrigger } from "./prove-absent.ts";

/** Findings of earlier looks about each workflow, by file. */
export type AbsenceMemory = Map<string, Remembered>;

/** Takes note of a run: should it vanish from a later listing, that is not a proof of anything. */
export function rememberRun(memory: AbsenceMemory, file: string, at: number): void {
  memory.set(file, { looks: [{ at, runs: found(1) }], proof: undefined });
}

interface Remembered {
  readonly looks: readonly RunLook[];
  readonly proof: AbsenceProof | undefined;
}

/** Decision about a missing run, and when a later look can tell more. */
export interface AbsenceLook {
  readonly decision: RunDecision;
  readonly settlesAt: number | undefined;
}

/** What the decisions of one look rest on. */
export interface LookContext {
  readonly plan: LookPlan;
  readonly ports: GatePorts;
  readonly memory: AbsenceMemory;
  /** The checks of the commit. */
  readonly facts: Reading<readonly CheckFact[]>;
  readonly signal: AbortSignal | undefined;
}

/** Takes note of a listing without a run and decides what it means. */
export async function evaluateAbsence(gate: WorkflowGate, context: LookContext): Promise<AbsenceLook> {
  const { plan, ports, memory } = context;
  const { whenAbsent = "prove", file } = gate;
  const now = ports.clock.now();
  const known = memory.get(file);
  const looks = [...(known?.looks ?? []), { at: now, runs: found(0) }];
  const since = looks[0]?.at ?? now;
  if (looks.some(({ runs }) => runs.kind === "found" && runs.value > 0)) {
    memory.set(file, { looks, proof: undefined });
    return { decision: vanished, settlesAt: undefined };
  }
  const proof = whenAbsent === "prove" ? await prove(gate, looks, known?.proof, context) : undefined;
  memory.set(file, { looks, proof });
  const own = decideAbsentRun(whenAbsent, { sinceMs: now - since, proof }, plan.policy);
  const inherits = own.decision === "open" && proof?.kind === "path-filtered";
  const decision = inherits ? await inherit(gate, own, context) : own;
  return { decision, settlesAt: decision.decision === "wait" ? since + plan.policy.settleMs : undefined };
}

const vanished: RunDecision = {
  state: "unknown",
  decision: "unknown",
  detail: "a run was listed before, and is not any more",
  run: undefined,
};

/** No run was due for this push, so what this tree holds was tested on an ancestor, or not at all. */
async function inherit(
  gate: WorkflowGate,
  own: RunDecision,
  { plan, ports, signal }: LookContext,
): Promise<RunDecision> {
  const { branch, commit, policy, promoted } = plan;
  const { file, event = plan.event } = gate;
  const [engine, trigger, nearest] = await Promise.all([
    ports.sources.filters(signal),
    readTrigger(file, commit, ports, signal),
    findNearest({ commit, branch, file, event, promoted }, ports, signal),
  ]);
  if (trigger.kind !== "found") return { ...own, state: "unknown", decision: "unknown" };
  const difference =
    nearest.kind === "found" && nearest.value.sha !== commit
      ? await ports.changes.difference(nearest.value.sha, commit, signal)
      : absent("there is no other commit");
  const facts = { commit, branch, engine, trigger: trigger.value, nearest, difference, allow: policy.allow };
  const inherited = decideInherited(facts);
  return { ...inherited, detail: `${own.detail}; ${inherited.detail}` };
}

/**
 * The proof, on the assumption that a listing after `settle` will be empty as well: whether it was, `decideAbsentRun` looks at.
 * So a doubt that no time can remove is known at once.
 */
async function prove(
  gate: WorkflowGate,
  looks: readonly RunLook[],
  known: AbsenceProof | undefined,
  context: LookContext,
): Promise<AbsenceProof> {
  const { plan, ports, signal } = context;
  const { commit, branch, before, policy } = plan;
  const { file, event = plan.event } = gate;
  if (known?.kind === "unproven" && lasting.has(known.doubt)) return known;
  // Once more when it counts: the workflow may have been disabled since.
  const settled = (looks.at(-1)?.at ?? 0) - (looks[0]?.at ?? 0) >= policy.settleMs;
  if (known?.kind === "path-filtered" && !settled) return known;
  const assumed = { at: (looks[0]?.at ?? 0) + policy.settleMs, runs: found(0) };
  const delivered = await deliveryOf(event, context);
  const input = { commit, branch, file, event, before, looks: [...looks, assumed], delivered };
  return proveAbsent({ ...input, settleMs: policy.settleMs }, ports, signal);
}

/** Doubts about the content of the commit, which stay as they are. */
const lasting: ReadonlySet<string> = new Set([
  "other-event",
  "not-on-push",
  "other-branch",
  "new-branch",
  "workflow-token",
  "changes-truncated",
  "skip-token",
  "would-run",
]);

async function deliveryOf(event: string, context: LookContext): Promise<Reading<string>> {
  const { commit, checks } = context.plan;
  const facts = checks.length === 0 ? await context.ports.checks.checks(commit, context.signal) : context.facts;
  if (facts.kind !== "found") return facts;
  const other = facts.value.find(({ name }) => name.endsWith(` (${event})`));
  return other === undefined
    ? absent(`nothing else of a ${event} is on the commit`)
    : found(plainText(other.name, 120));
}
