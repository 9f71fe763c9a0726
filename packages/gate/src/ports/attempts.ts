import type { CommitSha, Reading } from "@lateen/kernel";

/** How one release ended, as far as starvation is concerned. */
export interface Attempt {
  readonly sha: CommitSha;
  readonly outcome: "superseded" | "finished";
  /** ISO 8601. */
  readonly at: string;
}

/** The memory of releases that gave way to newer ones; only a stage that ships writes it. */
export interface Attempts {
  /** All attempts, oldest first; absent where none was ever recorded. */
  read(signal?: AbortSignal): Promise<Reading<readonly Attempt[]>>;
  record(attempt: Attempt, signal?: AbortSignal): Promise<void>;
}

/** How many releases in a row were superseded, up to now. */
export function countSupersededInARow(attempts: readonly Attempt[]): number {
  const last = attempts.findLastIndex(({ outcome }) => outcome === "finished");
  return attempts.length - 1 - last;
}
