import { systemClock } from "@lateen/kernel";
import { databaseUnavailable } from "../../store/database.ts";
import { schema } from "./application.ts";
import { type Library, silent } from "./library.ts";

/** Tries of one service; of several that start at the same time all but one may fail once for each. */
const most = 20;

/**
 * Makes the tables of DBOS before anything is launched: of two first launches at once one dies ("tuple concurrently updated"), and a lock
 * around them would hang, since indexes are built concurrently and wait for every open statement. So the one that failed looks again, as
 * does one whose database went away in the middle, after which DBOS has said that it was done.
 * @throws ReleaseError `DATABASE_UNAVAILABLE`
 */
export async function migrateDbos({ system, GlobalLogger }: Library, url: string): Promise<void> {
  const logger = new GlobalLogger(undefined, { logger: silent });
  for (let tries = 1; ; tries++) {
    try {
      await system.migrateSystemDatabase(url, logger, schema);
      return await system.verifySystemDatabase(url, logger, undefined, schema);
    } catch (cause) {
      if (tries >= most) throw databaseUnavailable(cause);
      await systemClock.sleep(200 + Math.random() * 300);
    }
  }
}
