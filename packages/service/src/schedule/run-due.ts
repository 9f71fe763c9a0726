import { createJob, type Job, newestEligible, type Settings, status } from "@lateen/cli/pipeline";
import { createSqlJournal } from "@lateen/fleet/journal-sql";
import { asReleaseError, type Clock } from "@lateen/kernel";
import { type ServiceFleet, wireFleet } from "../run/fleets.ts";
import { type ClaimedWork, workThrough } from "../run/work-through.ts";
import type { Database } from "../store/database.ts";
import type { Order, Placed } from "../store/orders.ts";
import { readFleets, readRollouts } from "../store/read.ts";
import { claimDue, type DueTask, finishTask, planTasks, putBack, type Task, type TaskEnd } from "../store/schedules.ts";
import { decideShipping } from "./decide-shipping.ts";

export interface SchedulePorts {
  readonly database: Database;
  readonly fleets: Readonly<Record<string, ServiceFleet>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Takes an order. @throws ReleaseError what `placeOrder` throws */
  readonly place: (order: Order) => Promise<Placed>;
  readonly signal: AbortSignal;
}

/** Milliseconds between two looks for tasks that are due. */
const lookMs = 1_000;

/** Milliseconds between two runs of a task if the configuration says nothing. */
const hourMs = 3_600_000;

const actor = "the schedule";

/** Tasks that run at the same time: a fleet that is slow to answer delays no other one. */
const most = 10;

/** Runs what is due until the signal; of several services each run is one's. It never throws. */
export function runSchedules(ports: SchedulePorts): Promise<void> {
  const { clock, signal } = ports;
  return workThrough<DueTask>({ ...createDueTasks(ports), lookMs, clock, signal });
}

/** What is due, as work to be claimed; the intervals of the configuration are kept before the first claim. */
export function createDueTasks(ports: SchedulePorts): Pick<ClaimedWork<DueTask>, "claim" | "carryOut" | "most"> {
  const { database, fleets, signal } = ports;
  let planned: Promise<unknown> | undefined;
  const plan = (): Promise<unknown> =>
    Promise.all(Object.entries(fleets).map(([name, { settings }]) => planTasks(database, name, tasksOf(settings))));
  return {
    async claim(underWay) {
      await (planned ??= plan().catch((error: unknown) => {
        planned = undefined;
        throw error;
      }));
      const due = await claimDue(database, Object.keys(fleets), underWay);
      return due === undefined ? [] : [due];
    },
    async carryOut(due) {
      const end = await runTask(due.fleet, due.task, ports);
      // What this service breaks off when it stops is no answer; the next one runs it again.
      await (signal.aborted ? putBack(database, due) : finishTask(database, due, end));
    },
    most,
  };
}

/** Intervals in milliseconds by task. Shipping by itself is opted in to, and what the configuration cannot do is not planned. */
export function tasksOf({ config }: Pick<Settings, "config">): ReadonlyMap<Task, number> {
  const { reconcile = hourMs, status: look = hourMs, ship = false } = config.service?.schedules ?? {};
  const promotes = config.promote !== undefined && config.release !== undefined && config.forge !== undefined;
  const wanted: readonly (readonly [Task, number | false])[] = [
    ["reconcile", promotes && reconcile],
    ["status", (promotes || config.fleet !== undefined) && look],
    ["ship", config.forge !== undefined && ship],
  ];
  return new Map(wanted.flatMap(([task, everyMs]) => (everyMs === false ? [] : [[task, everyMs] as const])));
}

async function runTask(name: string, task: Task, ports: SchedulePorts): Promise<TaskEnd> {
  try {
    if (task === "status") return await look(name, ports);
    return task === "ship" ? await ship(name, ports) : await order(name, { kind: "reconcile" }, ports);
  } catch (thrown) {
    const error = asReleaseError(thrown);
    return { outcome: "error", reason: error.message };
  }
}

async function look(name: string, ports: SchedulePorts): Promise<TaskEnd> {
  const { outcome, reason = "" } = await status(await jobOf(name, ports), { failOnDrift: true });
  return { outcome, reason };
}

/** Orders the newest commit that could be shipped. */
async function ship(name: string, ports: SchedulePorts): Promise<TaskEnd> {
  const [fleet] = await readFleets(ports.database, [name]);
  const newest = await newestEligible(await jobOf(name, ports), fleet?.last?.sha);
  if (newest.kind === "stop") return { outcome: newest.outcome, reason: newest.reason };
  const sha = newest.value;
  const rollouts = await readRollouts(ports.database, name, remembered);
  const before = rollouts.find((one) => one.kind === "release" && !one.dry && one.sha === sha);
  const decision = decideShipping(sha, before);
  if (decision.kind === "leave") return { outcome: "unchanged", reason: decision.reason };
  return order(name, { kind: "release", sha }, ports);
}

/** Rollouts among which an earlier one of the same commit is looked for. */
const remembered = 200;

async function order(
  fleet: string,
  what: { readonly kind: "release" | "reconcile"; readonly sha?: string | undefined },
  { place }: SchedulePorts,
): Promise<TaskEnd> {
  const { rollout } = await place({ ...what, fleet, dry: false, actor, reason: "due" });
  return { outcome: "ok", reason: `ordered ${rollout.id}`, rollout: rollout.id };
}

function jobOf(name: string, { fleets, database, env, clock, signal }: SchedulePorts): Promise<Job> {
  const fleet = fleets[name];
  if (fleet === undefined) throw new Error(`the fleet ${name} is not configured`);
  const journal = createSqlJournal({ client: database, name, owner: actor, clock });
  const wiring = wireFleet(fleet, { journal, env, report: () => undefined });
  return createJob({ settings: fleet.settings, wiring, sha: "", actor, env, signal });
}
