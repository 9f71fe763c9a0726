import type { CommitSha, Reading } from "@lateen/kernel";

/** One push to a branch; its path filters look at everything from `before` to `after`, not only at the last commit. */
export interface Push {
  /** The branch's head before the push; undefined for a new branch. */
  readonly before: CommitSha | undefined;
  readonly after: CommitSha;
  /** Login of the pusher; `""` if the forge does not report it. */
  readonly pusher: string;
  /** True if the push was made with a workflow's own token, which starts no workflows; undefined if that is not known. */
  readonly byWorkflowToken: boolean | undefined;
}

/** The forge's memory of pushes. */
export interface Pushes {
  /** The push that made `commit` the head of `branch`; absent if the whole memory was read and has none. */
  push(commit: CommitSha, branch: string, signal?: AbortSignal): Promise<Reading<Push>>;
}
