import type { Ancestry, CommitSha, Digest, Reading, Repository } from "@lateen/kernel";
import type { LedgerHead } from "../ports/ledger.ts";
import type { Descriptor } from "../ports/tag-store.ts";

/** Facts about trunk, ledger and tags. */
export interface DriftFacts {
  readonly trunk: Reading<CommitSha>;
  readonly ledger: Reading<LedgerHead>;
  /** Trunk's head seen from the newest entry. */
  readonly ancestry?: Reading<Ancestry> | undefined;
  /** Time in milliseconds for which trunk has had a commit that the ledger lacks; undefined if that is unknown or there is none. */
  readonly aheadForMs?: number | undefined;
  readonly tags: readonly {
    readonly repository: Repository;
    readonly tag: string;
    readonly wanted: Digest | undefined;
    readonly current: Reading<Descriptor>;
  }[];
}

/** `follows` the ledger, `differs` from it, is `missing`; `uncovered` if the newest entry does not speak of it. */
export type TagState = "follows" | "differs" | "missing" | "unknown" | "uncovered";

/** Decision if production is where the ledger says. */
export interface DriftDecision {
  readonly drift: "none" | "drift" | "unknown";
  /** One state for each of the facts' tags, in order. */
  readonly tags: readonly TagState[];
  readonly reasons: readonly string[];
}

/** Decides whether tags and ledger agree. Trunk being ahead is not drift, unless for longer than `maxAgeMs`. */
export function decideDrift(
  facts: DriftFacts,
  { maxAgeMs }: { readonly maxAgeMs?: number | undefined },
): DriftDecision {
  const tags = facts.tags.map(({ current, wanted }) => judgeTag(current, wanted, facts.ledger.kind));
  const findings = [
    ...tags.map((state, at) => describeTag(state, facts.tags[at])),
    ...judgeLedger(facts),
    ...judgeAge(facts, maxAgeMs),
  ].filter((finding) => finding !== undefined);
  const worst = (["drift", "unknown"] as const).find((kind) => findings.some((finding) => finding.kind === kind));
  return {
    drift: worst ?? "none",
    tags,
    reasons: findings.filter(({ kind }) => kind === worst).map(({ reason }) => reason),
  };
}

interface DriftFinding {
  readonly kind: "drift" | "unknown";
  readonly reason: string;
}

function judgeTag(
  current: Reading<Descriptor>,
  wanted: Digest | undefined,
  ledger: Reading<unknown>["kind"],
): TagState {
  if (current.kind === "unknown" || ledger === "unknown") return "unknown";
  if (wanted === undefined) return "uncovered";
  if (current.kind === "absent") return "missing";
  return current.value.digest === wanted ? "follows" : "differs";
}

function describeTag(state: TagState, facts: DriftFacts["tags"][number] | undefined): DriftFinding | undefined {
  const name = `${facts?.repository ?? ""}:${facts?.tag ?? ""}`;
  if (state === "differs")
    return { kind: "drift", reason: `${name} does not name what the ledger says; run lateen reconcile` };
  if (state === "missing") return { kind: "drift", reason: `${name} does not exist; run lateen reconcile` };
  return state === "unknown" ? { kind: "unknown", reason: `${name} could not be compared` } : undefined;
}

function judgeLedger({ ledger, ancestry }: DriftFacts): DriftFinding[] {
  if (ledger.kind === "unknown")
    return [{ kind: "unknown", reason: `the ledger could not be read: ${ledger.cause.message}` }];
  if (ancestry?.kind !== "found" || ancestry.value === "ahead" || ancestry.value === "identical") return [];
  return [{ kind: "drift", reason: "the ledger's newest release is no longer on the branch" }];
}

function judgeAge({ trunk, ancestry, aheadForMs }: DriftFacts, maxAgeMs: number | undefined): DriftFinding[] {
  if (maxAgeMs === undefined) return [];
  const unread = [trunk, ancestry].find((reading) => reading?.kind === "unknown");
  if (unread?.kind === "unknown")
    return [{ kind: "unknown", reason: `trunk could not be compared: ${unread.cause.message}` }];
  if (ancestry?.kind !== "found" || ancestry.value !== "ahead") return [];
  if (aheadForMs === undefined) return [{ kind: "unknown", reason: "how long trunk has been ahead, is unknown" }];
  return aheadForMs > maxAgeMs ? [{ kind: "drift", reason: "trunk has been ahead for longer than allowed" }] : [];
}
