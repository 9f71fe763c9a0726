import type { ReleaseError } from "@lateen/kernel";
import { fleetError } from "../errors.ts";

/** The error of a writer that appends after `close`. */
export function journalClosed(): ReleaseError {
  return fleetError("JOURNAL_CLOSED", "bug", { message: "the journal was appended to after it was closed" });
}

/** The error of a writer whose lock another process has taken over. */
export function journalLost(journal: string): ReleaseError {
  return fleetError("JOURNAL_LOST", "state", {
    message: `another process has taken over ${journal}`,
    fix: "let that one finish",
  });
}
