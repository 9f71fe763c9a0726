import type { CommitSha, Digest, Repository } from "@lateen/kernel";

/** Progress of a promotion, in past tense. */
export type PromotionEvent =
  | {
      readonly type: "promotion-planned";
      readonly commit: CommitSha;
      readonly keep: number;
      readonly create: number;
      readonly move: number;
    }
  | {
      readonly type: "content-copied";
      readonly source: Repository;
      readonly repository: Repository;
      readonly digest: Digest;
    }
  /** An earlier rollback is completed, or was complete: nothing goes further back. */
  | { readonly type: "rollback-taken-up"; readonly commit: CommitSha; readonly why: string }
  | { readonly type: "promotion-prepared"; readonly commit: CommitSha }
  | { readonly type: "ledger-appended"; readonly entry: string; readonly position: number; readonly commit: CommitSha }
  | { readonly type: "ledger-lost"; readonly attempt: number; readonly winner: CommitSha }
  | { readonly type: "ledger-moved-on"; readonly entry: string; readonly commit: CommitSha }
  | { readonly type: "tag-written"; readonly repository: Repository; readonly tag: string; readonly digest: Digest }
  | { readonly type: "tag-settled"; readonly repository: Repository; readonly tag: string; readonly digest: Digest }
  | {
      readonly type: "tag-lagging";
      readonly repository: Repository;
      readonly tag: string;
      readonly seen?: Digest | undefined;
    }
  | { readonly type: "tag-foreign"; readonly repository: Repository; readonly tag: string; readonly seen: Digest };
