import type { Clock } from "@lateen/kernel";
import type { ServiceModule } from "./service-module.ts";

/** A PostgreSQL of the service's own in `folder`, which no other service may use. @throws ReleaseError `DATA_IN_USE`, `DATABASE_START` */
export async function startOwnDatabase(
  service: ServiceModule,
  folder: string,
  clock: Clock,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const lock = await service.lockFolder(folder);
  try {
    const postgres = await service.startPostgres(folder, clock);
    return {
      url: postgres.url,
      async close() {
        await postgres.stop();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}
