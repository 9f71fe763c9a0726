import type { Digest, Reading, ReleaseError, Repository } from "@lateen/kernel";
import type { SettleDecision } from "../decide/settle.ts";
import type { LedgerEntry } from "../ports/ledger-entry.ts";
import type { LedgerHead } from "../ports/ledger.ts";
import type { Descriptor, Receipt } from "../ports/tag-store.ts";

/** The repositories and tags that a run is configured for; nothing else is ever written, whatever an entry says. */
export interface Scope {
  readonly images: readonly Repository[];
  readonly tags: readonly string[];
  /** If the pins of an entry are written too. @default false */
  readonly pins?: boolean | undefined;
}

/** One tag on its way to what the ledger says. Each step makes a new value. */
export interface TrackedTag {
  readonly repository: Repository;
  readonly tag: string;
  readonly isPin: boolean;
  readonly wanted: Digest;
  /** Its digest before this run. */
  readonly before: Digest | undefined;
  /** Digests that are older than `wanted` as far as is known. */
  readonly older: ReadonlySet<Digest>;
  readonly written: Receipt["outcome"] | undefined;
  readonly writtenAt: number;
  readonly refusedWrites: number;
  readonly strangeLooks: number;
  readonly seen: Reading<Descriptor> | undefined;
  readonly decision: SettleDecision;
  /** Why it is not settled, if that is known. */
  readonly cause: ReleaseError | undefined;
}

/** The tags of `entry` within `scope`, none of them written yet. */
export function trackEntry(
  entry: LedgerEntry,
  scope: Scope,
  before: (repository: Repository, tag: string) => Digest | undefined,
): TrackedTag[] {
  const images = entry.images.filter(({ repository }) => scope.images.includes(repository));
  const tags = scope.tags.filter((tag) => entry.tags.includes(tag));
  return images.flatMap(({ repository, digest, pin, previous }) => {
    const named = tags.map((tag) => ({ tag, isPin: false }));
    const pinned = scope.pins === true && pin !== undefined ? [{ tag: pin, isPin: true }] : [];
    return [...named, ...pinned].map(({ tag, isPin }) => {
      const known = [before(repository, tag), previous.find((was) => was.tag === tag)?.digest];
      const older = new Set(known.filter((was) => was !== undefined && was !== digest));
      return {
        ...untouched,
        repository,
        tag,
        isPin,
        wanted: digest,
        before: known[0],
        older: older as ReadonlySet<Digest>,
      };
    });
  });
}

/** A pin that is written although the entry does not name it: one of an earlier version, or of another configuration. */
export function trackPin({
  repository,
  tag,
  wanted,
}: {
  readonly repository: Repository;
  readonly tag: string;
  readonly wanted: Digest;
}): TrackedTag {
  return { ...untouched, repository, tag, isPin: true, wanted, before: undefined, older: new Set() };
}

const untouched = {
  written: undefined,
  writtenAt: 0,
  refusedWrites: 0,
  strangeLooks: 0,
  seen: undefined,
  decision: "write",
  cause: undefined,
} as const;

/** The same tags under a newer entry: what was wanted is older now. Tags that the newer entry does not have are let go. */
export function retarget(tracked: readonly TrackedTag[], { entry }: LedgerHead, scope: Scope): TrackedTag[] {
  const former = (repository: Repository, tag: string) =>
    tracked.find((one) => one.repository === repository && one.tag === tag);
  return trackEntry(entry, scope, (repository, tag) => former(repository, tag)?.before).map((one) => {
    const was = former(one.repository, one.tag);
    if (was === undefined) return one;
    const older = new Set([...was.older, was.wanted, ...one.older].filter((digest) => digest !== one.wanted));
    return { ...one, older };
  });
}

export function afterWrite(tag: TrackedTag, { outcome, cause }: Receipt, now: number): TrackedTag {
  const refused = outcome === "not-applied" && cause !== undefined && !cause.retryable;
  return {
    ...tag,
    written: outcome,
    writtenAt: now,
    cause,
    strangeLooks: 0,
    refusedWrites: refused ? tag.refusedWrites + 1 : 0,
  };
}
