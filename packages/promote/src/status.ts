import {
  type Ancestry,
  type CommitSha,
  type Digest,
  found,
  isoNow,
  go,
  type Reading,
  type Repository,
  type Verdict,
} from "@lateen/kernel";
import { decideDrift, type DriftDecision, type TagState } from "./decide/drift.ts";
import { decideTagAge, type TagAge } from "./decide/tag-age.ts";
import { checkScope, readOrThrow } from "./errors.ts";
import { type PastRelease, readPastReleases } from "./facts/past-releases.ts";
import type { LedgerHead } from "./ports/ledger.ts";
import type { FollowPorts, PromotePorts } from "./promotion.ts";
import { digestRef, tagRef } from "./ports/references.ts";
import type { Descriptor } from "./ports/tag-store.ts";

/** Changes between two commits; `Changes` of `@lateen/gate` fits. */
export interface Distances {
  between(
    base: CommitSha,
    head: CommitSha,
    signal?: AbortSignal,
  ): Promise<
    Reading<{
      readonly commits: readonly { readonly sha: CommitSha; readonly at?: string | undefined }[];
      readonly truncated: boolean;
    }>
  >;
}

/** Sources of the state. */
export interface StatusPorts extends Omit<FollowPorts, "report"> {
  readonly history: PromotePorts["history"];
  /** @default distances and ages of trunk are not known */
  readonly changes?: Distances | undefined;
}

export interface StatusInput {
  readonly branch: string;
  readonly images: readonly Repository[];
  readonly tags: readonly string[];
  /** Maximum time in milliseconds that trunk may be ahead of the ledger. @default unlimited */
  readonly maxAgeMs?: number | undefined;
}

/** One tag and what the ledger says about it. */
export interface TagStatus {
  readonly repository: Repository;
  readonly tag: string;
  readonly wanted: Digest | undefined;
  readonly current: Reading<Descriptor>;
  readonly revision: Reading<string> | undefined;
  readonly state: TagState;
  readonly age: TagAge;
}

/** Trunk, ledger and tags side by side. */
export interface PromotionStatus {
  /** When the reading began, in milliseconds since the epoch: nothing in here is older. */
  readonly readAt: number;
  readonly trunk: Reading<CommitSha>;
  readonly ledger: Reading<LedgerHead>;
  /** Milliseconds since the newest entry was written. */
  readonly ledgerAgeMs: number | undefined;
  /** Trunk's head seen from the newest entry. */
  readonly ancestry: Reading<Ancestry> | undefined;
  /** Number of commits that trunk is ahead of the newest entry; `atLeast` if the forge cut its answer off. */
  readonly ahead:
    | { readonly commits: number; readonly atLeast: boolean; readonly forMs: number | undefined }
    | undefined;
  readonly tags: readonly TagStatus[];
  /** The newest releases of the ledger, newest first, and if they could be rolled back to. */
  readonly releases: readonly PastRelease[];
  readonly drift: DriftDecision["drift"];
  readonly reasons: readonly string[];
}

/**
 * Reads trunk, ledger and tags and says whether they agree. It writes nothing, and what cannot be read is in the answer.
 *
 * @throws ReleaseError of category `input` or `auth`
 */
export async function readStatus(
  input: StatusInput,
  ports: StatusPorts,
  signal?: AbortSignal,
): Promise<Verdict<PromotionStatus>> {
  checkScope(input);
  const { history, ledger, clock } = ports;
  const readAt = clock.now();
  const [trunk, head] = await Promise.all([
    readOrThrow<CommitSha>(() => history.head(input.branch, signal)),
    readOrThrow<LedgerHead>(() => ledger.read(signal)),
  ]);
  const newest = head.kind === "found" ? head.value : undefined;
  const [tags, distance, releases] = await Promise.all([
    readTags(input, newest, ports, signal),
    readDistance(trunk, newest, ports, signal),
    newest === undefined ? [] : readPastReleases(input, ports, signal),
  ]);
  const ahead = distance.ahead;
  const decision = decideDrift(
    { trunk, ledger: head, ancestry: distance.ancestry, aheadForMs: ahead?.forMs, tags },
    input,
  );
  const ledgerAgeMs = newest === undefined ? undefined : Math.max(0, clock.now() - Date.parse(newest.entry.at));
  const status = {
    readAt,
    trunk,
    ledger: head,
    ledgerAgeMs,
    ancestry: distance.ancestry,
    ahead,
    tags: tags.map((tag, at) => withAge({ ...tag, state: decision.tags[at] ?? "unknown" }, newest, clock.now())),
    releases,
    drift: decision.drift,
    reasons: decision.reasons,
  };
  const fact = decision.reasons.join("; ") || "tags and ledger agree";
  return go(status, [{ rule: "drift", verdict: decision.drift, fact, source: ledger.source, at: isoNow(clock) }]);
}

function withAge(tag: Omit<TagStatus, "age">, newest: LedgerHead | undefined, now: number): TagStatus {
  const digest = tag.current.kind === "found" ? tag.current.value.digest : undefined;
  return { ...tag, age: decideTagAge({ ...tag, digest }, newest, now) };
}

async function readTags(
  { images, tags }: StatusInput,
  newest: LedgerHead | undefined,
  ports: StatusPorts,
  signal: AbortSignal | undefined,
): Promise<Omit<TagStatus, "state" | "age">[]> {
  const pairs = images.flatMap((repository) => tags.map((tag) => ({ repository, tag })));
  return Promise.all(
    pairs.map(async ({ repository, tag }) => {
      const current = await readOrThrow<Descriptor>(() => ports.tags.resolve(tagRef(repository, tag), signal));
      const wanted = newest?.entry.tags.includes(tag) === true ? digestIn(newest, repository) : undefined;
      if (current.kind !== "found") return { repository, tag, wanted, current, revision: undefined };
      const { digest } = current.value;
      // A revision that the ledger knows need not be read from the image.
      const known = newest !== undefined && digest === wanted ? found<string>(newest.entry.commit) : undefined;
      return {
        repository,
        tag,
        wanted,
        current,
        revision:
          known ?? (await readOrThrow<string>(() => ports.tags.revision(digestRef(repository, digest), signal))),
      };
    }),
  );
}

function digestIn({ entry }: LedgerHead, repository: Repository): Digest | undefined {
  return entry.images.find((image) => image.repository === repository)?.digest;
}

async function readDistance(
  trunk: Reading<CommitSha>,
  newest: LedgerHead | undefined,
  { history, changes, clock }: StatusPorts,
  signal: AbortSignal | undefined,
): Promise<{ readonly ancestry: Reading<Ancestry> | undefined; readonly ahead: PromotionStatus["ahead"] }> {
  if (trunk.kind !== "found" || newest === undefined) return { ancestry: undefined, ahead: undefined };
  const base = newest.entry.commit;
  if (base === trunk.value)
    return { ancestry: found("identical"), ahead: { commits: 0, atLeast: false, forMs: undefined } };
  const ancestry = await readOrThrow<Ancestry>(() => history.compare(base, trunk.value, signal));
  if (changes === undefined || ancestry.kind !== "found" || ancestry.value !== "ahead")
    return { ancestry, ahead: undefined };
  const range = await readOrThrow(() => changes.between(base, trunk.value, signal));
  if (range.kind !== "found") return { ancestry, ahead: undefined };
  const { commits, truncated } = range.value;
  const dates = commits.map(({ at }) => Date.parse(at ?? ""));
  // The oldest commit that waits says how long; a cut list has lost exactly that one.
  const forMs =
    truncated || dates.length === 0 || dates.some(Number.isNaN)
      ? undefined
      : Math.max(0, clock.now() - Math.min(...dates));
  return { ancestry, ahead: { commits: commits.length, atLeast: truncated, forMs } };
}
