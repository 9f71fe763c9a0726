import type { Ancestry, CommitSha, Digest, Reading, Repository } from "@lateen/kernel";
import type { LedgerHead } from "../ports/ledger.ts";
import type { Descriptor, Manifest } from "../ports/tag-store.ts";

/** Facts about one candidate image. */
export interface CandidateFacts {
  readonly repository: Repository;
  /** Tag under which CI has pushed it. */
  readonly candidate: string;
  readonly manifest: Reading<Manifest>;
  /** The sibling repository that has the content, where `repository` itself lacks it. */
  readonly copyFrom?: Repository | undefined;
  /** Revision stated by the image; undefined as long as there is no image. */
  readonly revision?: Reading<string> | undefined;
}

/** Facts about one tag that is to be moved. */
export interface DestinationFacts {
  readonly repository: Repository;
  readonly tag: string;
  /** Digest that it should name; undefined if there is no candidate. */
  readonly wanted: Digest | undefined;
  readonly current: Reading<Descriptor>;
  /** Revision stated by the current image; undefined if nothing has to be compared. */
  readonly revision?: Reading<string> | undefined;
  /** The candidate's commit seen from that revision: `ahead` is forward. */
  readonly ancestry?: Reading<Ancestry> | undefined;
}

/** Facts about the pin of one image. */
export interface PinFacts {
  readonly repository: Repository;
  readonly tag: string;
  /** Digest that is pinned; undefined if there is no candidate. */
  readonly wanted: Digest | undefined;
  readonly current: Reading<Pick<Descriptor, "digest">>;
}

export interface LedgerFacts {
  readonly head: Reading<LedgerHead>;
  /** The candidate's commit seen from the newest entry's; undefined if there is none. */
  readonly ancestry?: Reading<Ancestry> | undefined;
  /** The candidate's commit seen from each commit that is held back after a rollback. */
  readonly holds: readonly { readonly commit: CommitSha; readonly ancestry: Reading<Ancestry> }[];
}

/** Everything that a promotion is decided on. */
export interface PromotionFacts {
  readonly commit: CommitSha;
  readonly branch: {
    readonly name: string;
    readonly head: Reading<CommitSha>;
    readonly ancestry?: Reading<Ancestry> | undefined;
  };
  readonly candidates: readonly CandidateFacts[];
  readonly destinations: readonly DestinationFacts[];
  /** One per image; empty if nothing is pinned. */
  readonly pins: readonly PinFacts[];
  readonly ledger: LedgerFacts;
}

/** Facts that the decision may overlook. */
export interface PromotionRules {
  /** A rollback goes back on purpose: the rules of direction do not apply to it. */
  readonly kind: "promote" | "rollback";
  readonly allowUnlabelled: boolean;
  /** Names of waived rules. */
  readonly waived: readonly string[];
}
