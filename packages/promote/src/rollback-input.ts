import type { CommitSha, Repository } from "@lateen/kernel";
import type { PromotePorts, PromotionInput } from "./promotion.ts";
import type { BeforeCommit } from "./steps/commit-entry.ts";

/** Release, targets and reason of a rollback. */
export interface RollbackInput extends Omit<PromotionInput, "release" | "images" | "reason" | "fleet" | "pin"> {
  readonly images: readonly Repository[];
  /** The tag of the candidate of a commit, where the ledger does not know its digest. */
  readonly candidateOf: (commit: CommitSha) => string;
  /** The pin of a commit, see `pin` of {@link PromotionInput}. @default no pin */
  readonly pinOf?: ((commit: CommitSha) => string) | undefined;
  /** @default that of a rollback which was cut short or has the same `runUrl` and `reason`, else the newest before that was not left by one */
  readonly to?: CommitSha | undefined;
  readonly reason: string;
  /**
   * Called when everything is proven and nothing has changed; moves the fleet and answers what it was seen to run. A stop
   * ends the rollback before the ledger.
   */
  readonly beforeCommit?: BeforeCommit | undefined;
}

/** One target of a rollback, with the ports that reach it. */
export interface RollbackPart {
  readonly input: RollbackInput;
  readonly ports: PromotePorts;
}
