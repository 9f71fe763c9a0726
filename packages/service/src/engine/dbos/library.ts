import { ReleaseError } from "@lateen/kernel";

type Public = typeof import("@dbos-inc/dbos-sdk");

/**
 * Modules of DBOS. What recovers another executor's work and migrates without a console is on its internal entries only, which a minor
 * version may change: hence the narrow range of the peer.
 */
export interface Library extends Pick<Public, "DBOS" | "DBOSClient"> {
  readonly DBOSExecutor: (typeof import("@dbos-inc/dbos-sdk/internal/dbos-executor"))["DBOSExecutor"];
  readonly system: Pick<
    typeof import("@dbos-inc/dbos-sdk/internal/system_database"),
    "migrateSystemDatabase" | "verifySystemDatabase"
  >;
  readonly GlobalLogger: (typeof import("@dbos-inc/dbos-sdk/internal/telemetry/logs"))["GlobalLogger"];
}

/** Pauses in seconds between two tries to reach a database. DBOS's own grow to a minute, which a database that is back again would wait for. */
const backoff = { initialBackoffSec: 0.25, maxBackoffSec: 1 };

/** An optional peer. @throws ReleaseError `DBOS_MISSING` */
export async function loadLibrary(): Promise<Library> {
  try {
    const [{ DBOS, DBOSClient }, { DBOSExecutor }, system, { GlobalLogger }, utils] = await Promise.all([
      import("@dbos-inc/dbos-sdk"),
      import("@dbos-inc/dbos-sdk/internal/dbos-executor"),
      import("@dbos-inc/dbos-sdk/internal/system_database"),
      import("@dbos-inc/dbos-sdk/internal/telemetry/logs"),
      import("@dbos-inc/dbos-sdk/internal/utils"),
    ]);
    Object.assign(utils.dbRetryConfig, backoff);
    return { DBOS, DBOSClient, DBOSExecutor, system, GlobalLogger };
  } catch (cause) {
    throw new ReleaseError({
      code: "DBOS_MISSING",
      category: "input",
      message: "the engine dbos needs the package @dbos-inc/dbos-sdk, which is not installed",
      fix: "npm install @dbos-inc/dbos-sdk, or leave the engine out",
      cause,
    });
  }
}

/** DBOS writes every dequeue and every retry to the console, which is the host's. */
export const silent = {
  info: (): void => undefined,
  debug: (): void => undefined,
  warn: (): void => undefined,
  error: (): void => undefined,
};
