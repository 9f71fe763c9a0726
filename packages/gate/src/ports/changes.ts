import type { CommitSha, Reading } from "@lateen/kernel";

/** One commit with what it changed. */
export interface CommitFact {
  readonly sha: CommitSha;
  /** The whole message; undefined where the answer did not say. */
  readonly message: string | undefined;
  /** Paths that it touched, both names of a rename; undefined where the answer did not say or was cut off. */
  readonly files: readonly string[] | undefined;
  /** When it was committed, ISO 8601, where the answer says; commits are never ordered by it. */
  readonly at?: string | undefined;
}

/** What lies between two commits. */
export interface Range {
  /** The commits that `head` has and `base` has not, newest first. */
  readonly commits: readonly CommitFact[];
  /** Paths that differ (or that any of the commits touched); undefined where the answer did not say. */
  readonly files: readonly string[] | undefined;
  /** True where the forge cut the list of commits or of files off, or may have. */
  readonly truncated: boolean;
}

/** What commits changed. */
export interface Changes {
  between(base: CommitSha, head: CommitSha, signal?: AbortSignal): Promise<Reading<Range>>;
  commit(sha: CommitSha, signal?: AbortSignal): Promise<Reading<CommitFact>>;
}
