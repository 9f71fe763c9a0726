import type { CommitSha, Reading } from "@lateen/kernel";

/** End of one release, for the starvation guard. */
export interface Attempt {
  readonly sha: CommitSha;
  readonly outcome: "superseded" | "finished";
  /** ISO 8601. */
  readonly at: string;
}

/** The memory of releases that gave way to newer ones; only a stage that ships writes it. */
export interface Attempts {
  /** All attempts, oldest first; absent if none was ever recorded. */
  read(signal?: AbortSignal): Promise<Reading<readonly Attempt[]>>;
  record(attempt: Attempt, signal?: AbortSignal): Promise<void>;
}

/** Counts the releases in a row, up to now, that were superseded. */
export function countSupersededInARow(attempts: readonly Attempt[]): number {
  const last = attempts.findLastIndex(({ outcome }) => outcome === "finished");
  return attempts.length - 1 - last;
}
