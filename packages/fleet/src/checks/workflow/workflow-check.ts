import { absent, found, plainText, type Reading, type ReleaseError, toReading, unknown } from "@lateen/kernel";
import type { CheckContext, FleetCheck, Measurement } from "../check.ts";
import { fill, namesTenant } from "../fill.ts";
import type { FleetCheckOptions } from "../fleet-check-options.ts";
import type { WorkflowOrder, WorkflowRun, WorkflowRuns } from "./workflow-runs.ts";
import { fleetError } from "../../errors.ts";

/** A workflow of the forge that is run against the tenants. */
export interface WorkflowCheckOptions extends FleetCheckOptions {
  readonly file: string;
  /** Values may hold `{slug}`, `{sha}`, `{tag}` and `{wave}`. @default {} */
  readonly inputs?: Readonly<Record<string, string>> | undefined;
  /** Branch or tag whose workflow file is run. */
  readonly ref: string;
  readonly runs: WorkflowRuns;
  /** A name that no other run has. */
  readonly newId: () => string;
}

/**
 * A check that starts a workflow once and waits for its run.
 *
 * The run is the one that carries the order's correlation, never the newest one. What a person cancelled and what was skipped
 * has no verdict.
 */
export function createWorkflowCheck(options: WorkflowCheckOptions): FleetCheck {
  const { name, at, file, inputs = {}, runs } = options;
  const orders = new Map<string, Started>();
  return {
    name,
    at,
    kind: "workflow",
    perTenant: namesTenant(Object.values(inputs)),
    about: plainText(`workflow ${file}`, 200),
    hasEffects: true,
    policy: options,
    observe: (context, signal) =>
      toReading(async () => {
        const key = `${context.step} ${context.wave} ${context.slug ?? ""} ${context.startedAt}`;
        const started = orders.get(key) ?? (await start(orderOf(options, context), runs, signal));
        if (started.kind !== "found") return started;
        const { order, id } = started.value;
        orders.set(key, started);
        const run = await runs.run(order, id, signal);
        // From here on by its id: a list shows the newest runs only.
        if (run.kind === "found") orders.set(key, { kind: "found", value: { order, id: run.value.id } });
        return readRun(run, order, options);
      }),
    reach: (signal) => toReading(() => reach(file, runs, signal)),
  };
}

async function reach(file: string, runs: WorkflowRuns, signal: AbortSignal): Promise<Reading<string>> {
  const state = await runs.stateOf(file, signal);
  if (state.kind !== "found" || state.value === "active") return state;
  return absent(`${file} is ${plainText(state.value, 40)} and cannot be started`);
}

type Started = Extract<Reading<{ readonly order: WorkflowOrder; readonly id: number | undefined }>, { kind: "found" }>;

function orderOf({ file, ref, inputs = {}, newId }: WorkflowCheckOptions, context: CheckContext): WorkflowOrder {
  const correlation = newId();
  const filled = Object.entries(inputs).map(([name, value]) => [name, fill(value, context)]);
  return { file, ref, correlation, inputs: { ...Object.fromEntries(filled), lateen_check: correlation } };
}

/** A dispatch whose answer was lost may have started a run; it is looked for by its correlation and not sent twice. */
async function start(
  order: WorkflowOrder,
  runs: WorkflowRuns,
  signal: AbortSignal,
): Promise<Started | Extract<Reading<never>, { kind: "absent" | "unknown" }>> {
  const sent = await runs.dispatch(order, signal);
  if (sent.kind === "found") return { kind: "found", value: { order, id: sent.value } };
  if (sent.kind === "unknown" && isLost(sent.cause)) return { kind: "found", value: { order, id: undefined } };
  return sent;
}

function isLost({ code }: ReleaseError): boolean {
  return code === "DISPATCH_LOST";
}

function readRun(
  run: Reading<WorkflowRun>,
  order: WorkflowOrder,
  { runs, clock }: WorkflowCheckOptions,
): Reading<Measurement> {
  const { file, correlation } = order;
  const at = { query: `${file} ${correlation}`, takenAt: clock.now() };
  if (run.kind === "unknown") return run;
  if (run.kind === "absent") {
    const fact = `no run of ${file} carries ${correlation} yet; its run-name has to name \${{ inputs.lateen_check }}`;
    return found({ kind: "pending", fact, source: runs.urlOf(file), ...at });
  }
  const { state, because, url } = run.value;
  const sample = { source: url, ...at };
  if (state === "pending" || state === "missing") return found({ kind: "pending", fact: because, ...sample });
  if (state === "success" || state === "failure")
    return found({ kind: "judged", passed: state === "success", fact: because, value: state, ...sample });
  return state === "unknown" ? unknown(noVerdict(because, url)) : absent(`${because} (${plainText(url, 200)})`);
}

function noVerdict(because: string, url: string): ReleaseError {
  return fleetError("CHECK_NO_ANSWER", "unavailable", { message: because, why: url });
}
