import { capacity } from "../../run/runner.ts";
import type { SchedulePorts } from "../../schedule/run-due.ts";
import { schema, topic, version, workflows } from "./application.ts";
import { silent } from "./library.ts";
import { tend, type TendPorts } from "./tend.ts";
import { createTick, crontabOf } from "./ticks.ts";
import { takeTurn, type Turn } from "./turn.ts";

export interface ExecutorPorts extends TendPorts, SchedulePorts {
  readonly url: string;
}

/** Milliseconds between two looks of DBOS into its queue. */
const pollMs = 250;

/** Seconds for which a message is waited for; then the wait is written down, and begins again. */
const hearSeconds = 60;

/** Runs an executor of DBOS until the signal. Resolves once all that it drives is over or left to another one, and never throws. */
export async function runExecutor(ports: ExecutorPorts): Promise<void> {
  const { library, clock, signal } = ports;
  const { DBOS } = library;
  const underWay = new Set<Promise<unknown>>();
  /** The body of a step: what the service breaks off never ends, so that DBOS keeps it for the executor that comes next. */
  const untilOver = async (work: () => Promise<boolean | void>): Promise<void> => {
    const working = work();
    underWay.add(working);
    const isOver = await working.finally(() => underWay.delete(working));
    if (isOver === false) await new Promise(() => undefined);
  };
  DBOS.registerWorkflow(
    async (turn: Turn): Promise<void> => {
      // One step around the whole run: what it does side by side is replayed by the journal.
      const driving = DBOS.runStep(() => untilOver(() => takeTurn(turn, ports)), { name: "drive" });
      const over = new AbortController();
      void hear(ports, over.signal);
      await driving.finally(() => over.abort());
    },
    { name: workflows.drive, maxRecoveryAttempts },
  );
  const runDue = createTick(ports);
  const tick = DBOS.registerWorkflow(
    async (_at: Date, _context: unknown): Promise<void> => {
      await DBOS.runStep(() => untilOver(runDue), { name: "tick" });
    },
    { name: workflows.tick, maxRecoveryAttempts },
  );
  while (!signal.aborted && !(await launch(ports, tick))) await clock.sleep(1_000, signal).catch(() => undefined);
  if (!signal.aborted) await tend(ports);
  await Promise.all(underWay);
  await DBOS.shutdown({ deregister: true }).catch(() => undefined);
}

/** A rollout may be taken over without end; what limits that is the rollout. */
const maxRecoveryAttempts = 1_000_000_000;

/** Launches DBOS. Answers false if the database could not be reached. */
async function launch(ports: ExecutorPorts, tick: (at: Date, context: unknown) => Promise<void>): Promise<boolean> {
  const { DBOS } = ports.library;
  const { application, runner, url, fleets } = ports;
  try {
    DBOS.setConfig({
      name: application.name,
      systemDatabaseUrl: url,
      systemDatabaseSchemaName: schema,
      runMigrations: false,
      applicationVersion: version,
      executorID: runner,
      listenQueues: [application.queue],
      logger: silent,
    });
    await DBOS.launch();
    await DBOS.registerQueue(application.queue, {
      partitionConcurrency: 1,
      workerConcurrency: capacity,
      minPollingIntervalMs: pollMs,
      onConflict: "always_update",
    });
    await DBOS.applySchedules([{ scheduleName: application.name, workflowFn: tick, schedule: crontabOf(fleets) }]);
    return true;
  } catch {
    await DBOS.shutdown().catch(() => undefined);
    return false;
  }
}

/** Reads the messages to the workflow that calls it. Each is a hint to read the rows now; what is wished for is in the row. */
async function hear({ library, pulse, clock }: ExecutorPorts, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    try {
      if ((await library.DBOS.recv(topic, hearSeconds)) !== null) pulse.look();
    } catch {
      await clock.sleep(1_000, over).catch(() => undefined);
    }
  }
}
