import { ReleaseError } from "@lateen/kernel";
import pg from "pg";
import type { Engine, EnginePorts, OpenEngine } from "../engine.ts";
import { applicationOf, partitionOf, schema, topic, workflows } from "./application.ts";
import { launchExecutor } from "./executor.ts";
import { type Library, loadLibrary, silent } from "./library.ts";
import { migrateDbos } from "./migrate.ts";
import { againOf } from "./tend.ts";
import type { Turn } from "./turn.ts";

/** DBOS is one for the whole process. */
let isInUse = false;

/**
 * DBOS Transact as the engine of a service: it says which runner drives which fleet when, by a queue that is partitioned by fleets.
 *
 * There is one DBOS in a process. A control plane that uses it for itself leaves the engine out, or serves from a process of its own. Its
 * tables are in the schema `lateen_dbos` of the same database.
 * @throws ReleaseError `DBOS_MISSING`, `DBOS_IN_USE`, `DATABASE_UNAVAILABLE` when the service is made
 */
export function dbosEngine(): Engine {
  return {
    async open(ports) {
      const library = await loadLibrary();
      if (ports.drives) {
        if (isInUse || library.DBOS.isInitialized()) throw inUse();
        isInUse = true;
      }
      const release = (): void => {
        if (ports.drives) isInUse = false;
      };
      try {
        await migrateDbos(library, ports.url);
      } catch (error) {
        release();
        throw error;
      }
      return openEngine(library, ports, release);
    },
  };
}

async function openEngine(
  library: Library,
  { url, fleets, owner, drives }: EnginePorts,
  release: () => void,
): Promise<OpenEngine> {
  const application = applicationOf(fleets);
  // Two services may have the same name, and one that is started again is another one.
  const runner = `${owner} ${crypto.randomUUID()}`;
  const pool = openPool(url);
  const client = await library.DBOSClient.create({
    systemDatabaseUrl: url,
    systemDatabasePool: pool,
    systemDatabaseSchemaName: schema,
    applicationName: application.name,
    logger: silent,
  });
  const enqueue = async ({ id, fleet, dry }: Turn, workflowID: string): Promise<void> => {
    const turn: Turn = { id, fleet, dry };
    const to = { queueName: application.queue, queuePartitionKey: partitionOf(turn), appVersion: application.version };
    await client.enqueue({ ...to, workflowName: workflows.drive, workflowID }, turn);
  };
  const enqueueAgain = (turn: Turn): Promise<void> => enqueue(turn, againOf(turn.id));
  const close = async (): Promise<void> => {
    await client.destroy().catch(() => undefined);
    await pool.end();
    release();
  };
  try {
    const parts = { library, url, pool, application, runner, enqueueAgain };
    const executor = drives ? await launchExecutor(parts) : undefined;
    return {
      runner,
      ordered(rollout) {
        if (rollout.state === "queued") void enqueue(rollout, rollout.id).catch(() => undefined);
      },
      acted: (id) => void client.send(id, "look", topic).catch(() => undefined),
      run: async (ports) => executor?.run(ports),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Connections of DBOS. Its own pool waits without end for a connection and for an answer, so that a service that was cut off would never
 * look for work again.
 */
function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 4_000,
    query_timeout: 10_000,
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
  });
  pool.on("error", () => undefined);
  return pool;
}

function inUse(): ReleaseError {
  return new ReleaseError({
    code: "DBOS_IN_USE",
    category: "input",
    message: "this process uses DBOS already, so it cannot be the engine of this service",
    why: "there is one DBOS in a process: another service, or the program itself, has it",
    fix: "leave the engine out, or serve from a process of its own",
  });
}
