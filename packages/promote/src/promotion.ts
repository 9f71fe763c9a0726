import type { Clock, CommitSha, Digest, Release, Reporter, Repository, Verdict } from "@lateen/kernel";
import type { PromotionEvent } from "./events.ts";
import type { History } from "./ports/history.ts";
import type { FleetEvidence, GateCheck, Override } from "./ports/ledger-entry.ts";
import type { Ledger } from "./ports/ledger.ts";
import type { TagStore } from "./ports/tag-store.ts";

/** Tags and ledger: all that following the ledger needs. */
export interface FollowPorts {
  readonly tags: TagStore;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly report: Reporter<PromotionEvent>;
}

/** Registries, ledger and forge of a promotion. */
export interface PromotePorts extends FollowPorts {
  readonly history: History;
  /** Makes the nonce of a ledger entry. @default random UUIDs */
  readonly nonce?: (() => string) | undefined;
  /**
   * Asked when everything is proven and nothing has changed, right before the commit point; a stop ends the promotion there.
   * To prepare, and to settle other targets, may take minutes, in which a kill switch is armed or a newer release comes.
   * @default nothing is asked
   */
  readonly guard?: ((signal?: AbortSignal) => Promise<Verdict<unknown>>) | undefined;
}

/** A repository and the tag that CI gave to the candidate in it. */
export interface CandidateImage {
  readonly repository: Repository;
  readonly candidate: string;
}

/** Commit, targets and actor of a promotion. */
export interface PromotionInput {
  /** A digest that was resolved before beats the candidate's tag, so that what was tested is what is promoted. */
  readonly release: Release;
  /** The branch on which the commit must be. */
  readonly branch: string;
  readonly images: readonly CandidateImage[];
  /** Tags to move in every repository. */
  readonly tags: readonly string[];
  /**
   * Tag that keeps the promoted digest in every repository, such as `release-0123456789ab`: a registry that deletes untagged
   * manifests leaves a pinned release alone, so that it can be rolled back to. It is written before the tags and never moved.
   * If it names another digest already, the digest gets a pin of its own (`release-0123456789ab-` and 12 digits).
   * @default no pin
   */
  readonly pin?: string | undefined;
  /** If signatures, attestations and other referrers come along where content is copied. @default true */
  readonly referrers?: boolean | undefined;
  /** Name of the promotion target; the ledger given is that of this target. @default "default" */
  readonly target?: string | undefined;
  /** True if a tag may be moved off an image that states no revision. @default false */
  readonly allowUnlabelled?: boolean | undefined;
  readonly overrides?: readonly Override[] | undefined;
  readonly actor: string;
  readonly reason?: string | undefined;
  readonly runUrl?: string | undefined;
  /** Commits that the fleet was seen to run. @default that there is no evidence */
  readonly fleet?: FleetEvidence | undefined;
  /** Checks and workflows that the gate of this run required; the ledger keeps the first 100. @default that it is not known */
  readonly gate?: readonly GateCheck[] | undefined;
  /** Longest time for tags to settle after they were written, in milliseconds. @default 300000 */
  readonly settleMs?: number | undefined;
}

/** Outcome of one tag; the words of the result document. */
export type TagAction = "moved" | "unchanged" | "created" | "pending" | "foreign" | "refused";

/** One tag before and after. */
export interface TagReport {
  readonly tag: string;
  readonly before?: Digest | undefined;
  readonly after?: Digest | undefined;
  readonly action: TagAction;
}

/** One destination repository. */
export interface ImageReport {
  readonly repository: Repository;
  readonly candidate?: string | undefined;
  readonly digest?: Digest | undefined;
  readonly tags: readonly TagReport[];
  /** The tag that keeps the digest from being deleted; absent if there is none, or nothing was written. */
  readonly pin?: TagReport | undefined;
}

/** Result of a promotion, of its plan or of its dry run. */
export interface PromotionReport {
  readonly target: string;
  /** The commit that the tags name at the end, or that was asked for if nothing moved. */
  readonly commit: CommitSha;
  readonly images: readonly ImageReport[];
  /** The entry that rules the tags, and whether this run wrote it. */
  readonly ledger?: { readonly entry: string; readonly position: number; readonly appended: boolean } | undefined;
  /** Of a plan: the ledger's newest entry when it was made; absent if the ledger was empty. */
  readonly plannedOver?: string | undefined;
  /** If a promoted tag was moved or created (in a check: would be). A pin does not count: production is the same without it. */
  readonly changed: boolean;
  /** The newer release whose entry was found, and applied, in the end. */
  readonly supersededBy?: CommitSha | undefined;
}
