import { ReleaseError } from "@lateen/kernel";

/** The error of a writer that appends after `close`. */
export function journalClosed(): ReleaseError {
  return new ReleaseError({
    code: "JOURNAL_CLOSED",
    category: "bug",
    message: "the journal was appended to after it was closed",
  });
}

/** The error of a writer whose lock another process has taken over. */
export function journalLost(journal: string): ReleaseError {
  return new ReleaseError({
    code: "JOURNAL_LOST",
    category: "state",
    message: `another process has taken over ${journal}`,
    fix: "let that one finish",
  });
}
