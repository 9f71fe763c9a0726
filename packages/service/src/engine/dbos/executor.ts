import type { Pool } from "pg";
import type { DrivePorts } from "../../run/drive.ts";
import { capacity } from "../../run/runner.ts";
import type { SchedulePorts } from "../../schedule/run-due.ts";
import { databaseUnavailable } from "../../store/database.ts";
import { type Application, schema, topic, workflows } from "./application.ts";
import { type Library, silent } from "./library.ts";
import { tend } from "./tend.ts";
import { createTick, crontabOf } from "./ticks.ts";
import { takeTurn, type Turn } from "./turn.ts";

export interface ExecutorParts {
  readonly library: Library;
  readonly url: string;
  readonly pool: Pool;
  readonly application: Application;
  /** Name of this executor, which the signs of life of its runner show. */
  readonly runner: string;
  /** Enqueues a workflow for a rollout that has none. */
  readonly enqueueAgain: (turn: Turn) => Promise<void>;
}

/** An executor of DBOS. It takes nothing from its queue before it runs. */
export interface Executor {
  /** Runs until the signal. Resolves once all that it drives is over or left to another executor, and never throws. */
  run(ports: DrivePorts & SchedulePorts): Promise<void>;
}

/** Milliseconds between two looks of DBOS into its queue. */
const pollMs = 250;

/** Seconds for which a message is waited for; then the wait is written down, and begins again. */
const hearSeconds = 60;

/** A rollout may be taken over without end; what limits that is the rollout. */
const maxRecoveryAttempts = 1_000_000_000;

/** Launches the DBOS of this process. @throws ReleaseError `DATABASE_UNAVAILABLE` */
export async function launchExecutor(parts: ExecutorParts): Promise<Executor> {
  const { library, url, pool, application, runner } = parts;
  const { DBOS } = library;
  const running = Promise.withResolvers<DrivePorts & SchedulePorts & { readonly tick: () => Promise<void> }>();
  const underWay = new Set<Promise<unknown>>();
  const shutDown = (): Promise<void> => DBOS.shutdown({ deregister: true }).catch(() => undefined);

  /** The body of a step: what the service breaks off never ends, so that DBOS keeps it for the executor that comes next. */
  const untilOver = async (work: Promise<boolean | void>): Promise<void> => {
    underWay.add(work);
    const isOver = await work.finally(() => underWay.delete(work));
    if (isOver === false) await new Promise(() => undefined);
  };
  const driveWorkflow = async (turn: Turn): Promise<void> => {
    // One step around the whole run: what it does side by side is replayed by the journal.
    const driving = DBOS.runStep(async () => untilOver(takeTurn(turn, await running.promise)), {
      name: workflows.drive,
    });
    const over = new AbortController();
    void hear(over.signal);
    await driving.finally(() => over.abort());
  };
  const tickWorkflow = async (_at: Date, _context: unknown): Promise<void> => {
    await DBOS.runStep(async () => untilOver((await running.promise).tick()), { name: workflows.tick });
  };
  /** Reads the messages to the workflow that calls it. Each is a hint to read the rows now; what is wished for is in the row. */
  async function hear(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      try {
        if ((await DBOS.recv(topic, hearSeconds)) !== null) (await running.promise).pulse.look();
      } catch {
        const { clock } = await running.promise;
        await clock.sleep(1_000, over).catch(() => undefined);
      }
    }
  }

  DBOS.registerWorkflow(driveWorkflow, { name: workflows.drive, maxRecoveryAttempts });
  const tick = DBOS.registerWorkflow(tickWorkflow, { name: workflows.tick, maxRecoveryAttempts });
  DBOS.setConfig({
    name: application.name,
    systemDatabaseUrl: url,
    systemDatabasePool: pool,
    systemDatabaseSchemaName: schema,
    runMigrations: false,
    applicationVersion: application.version,
    executorID: runner,
    listenQueues: [application.queue],
    logger: silent,
  });
  try {
    await DBOS.launch();
    await DBOS.registerQueue(application.queue, {
      partitionConcurrency: 1,
      workerConcurrency: capacity,
      minPollingIntervalMs: pollMs,
      onConflict: "always_update",
    });
  } catch (cause) {
    await shutDown();
    throw databaseUnavailable(cause);
  }
  return {
    async run(ports) {
      running.resolve({ ...ports, tick: createTick(ports) });
      const schedule = { scheduleName: application.name, workflowFn: tick, schedule: crontabOf(ports.fleets) };
      await tend({ ...ports, ...parts, keepSchedule: () => DBOS.applySchedules([schedule]) });
      await Promise.all(underWay);
      await shutDown();
    },
  };
}
