import type { CommitSha, Repository } from "@lateen/kernel";
import type { PromotePorts, PromotionInput } from "./promotion.ts";
import type { BeforeCommit } from "./steps.ts";

/** What shall be rolled back, where to, and why. */
export interface RollbackInput extends Omit<PromotionInput, "commit" | "images" | "reason" | "fleet"> {
  readonly images: readonly Repository[];
  /** The tag of the candidate of a commit, where the ledger does not know its digest. */
  readonly candidateOf: (commit: CommitSha) => string;
  /** @default the release of a rollback that was cut short, else the one before the newest that was not rolled back from */
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
