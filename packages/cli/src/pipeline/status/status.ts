import type { Job } from "../../job/job.ts";
import type { ResultDocument } from "../../output/result.ts";
import { concludeStatus } from "./conclude-status.ts";
import { readState, type StateOptions } from "./read-state.ts";

/** Definition of drift, and if drift is a refusal. */
export interface StatusOptions extends StateOptions {
  /** @default false */
  readonly failOnDrift?: boolean | undefined;
}

/** Trunk, ledger, tags and fleet as they are, as `lateen status --json` prints it; writes nothing. @throws ReleaseError `CONFIG_MISSING` */
export async function status(
  job: Job,
  { failOnDrift = false, ...options }: StatusOptions = {},
): Promise<ResultDocument> {
  const { outcome, document } = concludeStatus(await readState(job, options), { failOnDrift });
  return { schemaVersion: 1, command: "status", outcome, reason: "", ...document };
}
