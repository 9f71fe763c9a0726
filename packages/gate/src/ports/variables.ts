import type { Reading } from "@lateen/kernel";

/** The variables of the repository that can be changed while a job runs. */
export interface Variables {
  /**
   * The present value of a variable; absent only where the forge answers 404 for that very variable. A token without the
   * permission to read it (403) is unknown with a cause of category `auth` and code `FORGE_FORBIDDEN`.
   */
  variable(name: string, signal?: AbortSignal): Promise<Reading<string>>;
}
