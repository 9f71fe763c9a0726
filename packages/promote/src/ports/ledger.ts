import type { CommitSha, Digest, Reading, ReleaseError, Repository } from "@lateen/kernel";

/** Commits that the fleet was seen to run before the entry was written, or that it was not looked at. */
export type FleetEvidence =
  | {
      readonly verified: true;
      readonly enumerated: number;
      readonly verifiedTenants: number;
      readonly ahead: number;
      /** Tenants off target that the policy tolerates. */
      readonly tolerated: readonly string[];
      /** Duration of the rollout in milliseconds; absent if no tenant was moved. */
      readonly tookMs?: number | undefined;
      /** ISO 8601. */
      readonly at: string;
    }
  | { readonly verified: false; readonly reason: string };

/** A check that was waived by a person, with the reason that was given. */
export interface Override {
  /** The `rule` name of the evidence, such as `ancestry`. */
  readonly check: string;
  readonly reason: string;
}

/** A required check or workflow, with its state in the words of the gate. */
export interface GateCheck {
  readonly name: string;
  readonly state: string;
}

/** One repository of an entry. */
export interface LedgerImage {
  readonly repository: Repository;
  readonly digest: Digest;
  /** Tag of its own that keeps the digest. */
  readonly pin?: string | undefined;
  /** Digest of each tag when the entry was planned; a tag that did not exist has no digest. */
  readonly previous: readonly { readonly tag: string; readonly digest?: Digest | undefined }[];
}

/** One promotion, as it was decided: the ledger is the truth, tags are its projection. */
export interface LedgerEntry {
  readonly schemaVersion: 1;
  readonly kind: "promote" | "rollback";
  /** Name of the promotion target, such as `default`. */
  readonly target: string;
  readonly commit: CommitSha;
  readonly tags: readonly string[];
  readonly images: readonly LedgerImage[];
  readonly actor: string;
  readonly reason: string;
  readonly runUrl?: string | undefined;
  readonly overrides: readonly Override[];
  readonly fleet: FleetEvidence;
  /** Checks and workflows that were required, as the gate saw them: none if the run passed no gate, absent if that is not known. */
  readonly gate?: readonly GateCheck[] | undefined;
  /** The commit that was rolled back from; of a rollback only. */
  readonly from?: CommitSha | undefined;
  /** Commits that were rolled back from and whose strict descendants alone may be promoted next. */
  readonly hold: readonly CommitSha[];
  /** ISO 8601. */
  readonly at: string;
  /** Distinguishes two entries of the same content, and recognises our own after a doubtful append. */
  readonly nonce: string;
}

/** An entry in its place. */
export interface LedgerHead {
  /** Id of the entry in its store: the git commit, say. */
  readonly id: string;
  /** Number of the entry, from 1. */
  readonly position: number;
  readonly entry: LedgerEntry;
}

/**
 * Result of an append: the server took it, has another entry there, or said no. After `unknown` the entry may or may not be there:
 * read before anything else.
 */
export type Appended =
  | { readonly kind: "appended"; readonly head: LedgerHead }
  | { readonly kind: "lost"; readonly head: LedgerHead }
  | { readonly kind: "refused"; readonly cause: ReleaseError }
  | { readonly kind: "unknown"; readonly cause: ReleaseError };

/** An append-only log with compare-and-swap; one ledger per promotion target. */
export interface Ledger {
  /** Address of the ledger, without secrets, for evidence and messages. */
  readonly source: string;
  /** The newest entry; `unknown` also if something else wrote it. */
  read(signal?: AbortSignal): Promise<Reading<LedgerHead>>;
  /** Appends `entry` if `expected` is still the newest id, `null` meaning an empty ledger. */
  append(expected: string | null, entry: LedgerEntry, signal?: AbortSignal): Promise<Appended>;
  /** Up to `limit` entries, newest first; `absent` if there is none. */
  entries(limit: number, signal?: AbortSignal): Promise<Reading<readonly LedgerHead[]>>;
}
