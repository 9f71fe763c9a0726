import type { CommitSha, Reading } from "@lateen/kernel";

export interface CommitFact {
  readonly sha: CommitSha;
  /** The whole message; undefined if the answer did not say. */
  readonly message: string | undefined;
  /** Paths that it touched, both names of a rename; undefined if the answer did not say or was cut off. */
  readonly files: readonly string[] | undefined;
  /** Ids of its parents, the first one first; undefined if the answer does not include them. */
  readonly parents?: readonly string[] | undefined;
  /** When it was committed, ISO 8601, where the answer says; commits are never ordered by it. */
  readonly at?: string | undefined;
}

/** Changes between two commits. */
export interface Range {
  /** The commits that `head` has and `base` has not, newest first. */
  readonly commits: readonly CommitFact[];
  /** Paths that differ (or that any of the commits touched); undefined if the answer did not say. */
  readonly files: readonly string[] | undefined;
  /** True if the forge cut the list of commits or of files off, or may have. */
  readonly truncated: boolean;
}

/** Files that differ between two commits. */
export interface Difference {
  /** Both names of a rename. May name more than differ, never less; undefined if the answer does not include them. */
  readonly files: readonly string[] | undefined;
  /** True if the forge cut the list off, or may have. */
  readonly truncated: boolean;
}

/** Changes made by commits. Two questions: what was touched since ({@link Changes.between}), and what differs now. */
export interface Changes {
  /** The commits that `head` has and `base` lacks, with what any of them touched; a later revert does not undo that. */
  between(base: CommitSha, head: CommitSha, signal?: AbortSignal): Promise<Reading<Range>>;
  /** Files that a path filter sees in a push from `base` to its descendant `head`; absent if the forge's lists do not bound it. */
  difference(base: CommitSha, head: CommitSha, signal?: AbortSignal): Promise<Reading<Difference>>;
  commit(sha: CommitSha, signal?: AbortSignal): Promise<Reading<CommitFact>>;
}
