import { join } from "node:path";
import { takeLock } from "@lateen/fleet/journal-file";
import { ReleaseError } from "@lateen/kernel";

/** Gives a folder to one process at a time. */
export type FolderLock = Exclude<Awaited<ReturnType<typeof takeLock>>, string>;

/**
 * Takes the folder for this process. A process that is stopped holds nothing, nor does one of another host: a container that is made again
 * has another name, and finds the volume of the one before it.
 *
 * @throws ReleaseError `DATA_IN_USE` (state)
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const lock = await takeLock(join(folder, "service.lock"), { stopped: true, elsewhere: true });
  if (typeof lock === "string") throw dataInUse(folder, lock);
  return lock;
}

/** Another service has the folder. */
export function dataInUse(folder: string, owner: string): ReleaseError {
  return new ReleaseError({
    code: "DATA_IN_USE",
    category: "state",
    message: `the folder ${folder} is in use by another service: ${owner}`,
    fix: "give another --data folder, or one --database to several services",
  });
}
