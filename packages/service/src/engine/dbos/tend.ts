import { next } from "../../run/claim.ts";
import type { DrivePorts } from "../../run/drive.ts";
import { alive } from "../../store/runners.ts";
import type { ExecutorParts } from "./executor.ts";

export interface TendPorts extends DrivePorts, Omit<ExecutorParts, "url" | "pool"> {
  /** Makes the schedule of the ticks what it should be. */
  readonly keepSchedule: () => Promise<void>;
}

/** Milliseconds between two looks for executors that have died. */
const lookMs = 300;

/** Milliseconds between two cleanings, and after which a workflow that has ended is forgotten. */
const cleanMs = 600_000;
const keptMs = 3_600_000;

/** Workflows of one cleaning. */
const mostCleaned = 5_000;

/**
 * Does until the signal what DBOS leaves to a hosted service: gives the workflows of dead executors back to the queue, and forgets those that
 * ended. And what an engine that is not trusted needs: a rollout for which it has no workflow gets one.
 */
export async function tend(ports: TendPorts): Promise<void> {
  const { clock, signal, keepSchedule } = ports;
  let cleanAt = clock.now() + cleanMs;
  let isScheduled = false;
  while (!signal.aborted) {
    isScheduled ||= await keepSchedule().then(
      () => true,
      () => false,
    );
    await recover(ports).catch(() => undefined);
    await repair(ports).catch(() => undefined);
    if (clock.now() >= cleanAt) {
      cleanAt = clock.now() + cleanMs;
      await clean(ports).catch(() => undefined);
    }
    await clock.sleep(lookMs, signal).catch(() => undefined);
  }
}

async function recover({ library, database, runner }: TendPorts): Promise<void> {
  const { DBOS, DBOSExecutor } = library;
  const pending = await DBOS.listWorkflows({ status: "PENDING", loadInput: false, loadOutput: false });
  const executors = new Set(pending.map(({ executorId = "" }) => executorId));
  executors.delete(runner);
  if (executors.size === 0) return;
  // Read after the workflows: an executor shows a sign of life before it takes one.
  const { rows } = await database.query(`select owner from lateen_runner w where ${alive}`);
  const living = new Set(rows.map((row) => row["owner"]));
  const dead = [...executors].filter((executor) => !living.has(executor));
  if (dead.length > 0) await DBOSExecutor.globalInstance?.recoverPendingWorkflows(dead);
}

/** Rollouts that could be driven for two seconds and are not: their order was lost on the way to DBOS, or another application had them. */
async function repair({ library, application, database, fleets, enqueueAgain }: TendPorts): Promise<void> {
  const { rows } = await database.query(
    `select id, fleet, dry from lateen_rollout r where fleet = any($1) and created_at < clock_timestamp() - interval '2 seconds' and (
       (${next}) or (state in ('running', 'paused') and not exists (
         select 1 from lateen_runner w where w.id = r.runner and ${alive})))`,
    [Object.keys(fleets)],
  );
  if (rows.length === 0) return;
  const turns = rows.map((row) => ({ id: String(row["id"]), fleet: String(row["fleet"]), dry: row["dry"] === true }));
  const open = await library.DBOS.listWorkflows({
    workflow_id_prefix: turns.map(({ id }) => id),
    status: ["ENQUEUED", "PENDING"],
    queueName: application.queue,
    loadInput: false,
    loadOutput: false,
  });
  const known = new Set(open.map(({ workflowID }) => rolloutOf(workflowID)));
  for (const turn of turns) if (!known.has(turn.id)) await enqueueAgain(turn);
}

async function clean({ library, clock }: TendPorts): Promise<void> {
  const ended = await library.DBOS.listWorkflows({
    status: ["SUCCESS", "ERROR", "CANCELLED"],
    completedBefore: new Date(clock.now() - keptMs).toISOString(),
    limit: mostCleaned,
    loadInput: false,
    loadOutput: false,
  });
  if (ended.length > 0) await library.DBOS.deleteWorkflows(ended.map(({ workflowID }) => workflowID));
}

/** Name of a further workflow of a rollout; the first one has the rollout's own. */
export function againOf(id: string): string {
  return `${id}/${crypto.randomUUID()}`;
}

function rolloutOf(workflow: string): string {
  return workflow.split("/")[0] ?? "";
}
