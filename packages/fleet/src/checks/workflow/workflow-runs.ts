import type { Reading } from "@lateen/kernel";

export interface WorkflowOrder {
  /** Name of the workflow's file, such as `e2e.yml`. */
  readonly file: string;
  readonly ref: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** Value of the input `lateen_check`, by which the run is found again. */
  readonly correlation: string;
}

/** A run in the words of the gate's table. */
export interface WorkflowRun {
  readonly id: number;
  readonly state: "success" | "failure" | "pending" | "cancelled" | "skipped" | "neutral" | "missing" | "unknown";
  readonly because: string;
  readonly url: string;
}

/** Starts workflows of a forge and finds their runs; the gate's dispatcher fits. */
export interface WorkflowRuns {
  /** State of a workflow, which has to be `active` to be started; absent if the forge does not know the file. Starts nothing. */
  stateOf(file: string, signal: AbortSignal): Promise<Reading<string>>;
  /** Starts it; the id of the run if the forge says it. */
  dispatch(order: WorkflowOrder, signal: AbortSignal): Promise<Reading<number | undefined>>;
  /** The run of an order: by its id, or else by the correlation in its title; absent if there is none yet. */
  run(order: WorkflowOrder, id: number | undefined, signal: AbortSignal): Promise<Reading<WorkflowRun>>;
  /** Address of the workflow, for evidence. */
  urlOf(file: string): string;
}
