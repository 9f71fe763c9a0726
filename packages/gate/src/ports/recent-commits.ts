import type { CommitSha, Reading } from "@lateen/kernel";

/** A commit as people tell it from others. */
export interface RecentCommit {
  readonly sha: CommitSha;
  /** First line of the message, as it was written; `""` where the answer did not say. */
  readonly subject: string;
}

/** The newest commits of a branch, for a person who picks one: no verdict is made from them. */
export interface RecentCommits {
  /**
   * Newest first, one page of the forge.
   *
   * @param most - How many are wanted; forges hand out 50 to 100 of them at once.
   */
  recent(branch: string, most: number, signal?: AbortSignal): Promise<Reading<readonly RecentCommit[]>>;
}

/** The first line of a commit's message. */
export function subjectOf(message: string | undefined): string {
  return message?.trimStart().split(/\r?\n/, 1)[0] ?? "";
}
