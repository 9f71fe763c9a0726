import { type Clock, type CommitSha, isoNow, parseCommitSha, plainText } from "@lateen/kernel";
import type { PromotionFacts } from "../facts/promotion-facts.ts";
import type { GateCheck, LedgerEntry, LedgerImage, Override } from "../ports/ledger-entry.ts";
import type { PromotionInput } from "../promotion.ts";
import type { Finding } from "../decide/rules.ts";

/** The entry that a promotion writes: what was decided, by which actor and on which facts. */
export function composeEntry(
  kind: LedgerEntry["kind"],
  input: PromotionInput,
  facts: PromotionFacts,
  findings: readonly Finding[],
  { clock, nonce }: { readonly clock: Clock; readonly nonce: string },
): LedgerEntry {
  const from = kind === "rollback" ? currentCommit(facts) : undefined;
  return {
    schemaVersion: 1,
    kind,
    target: input.target ?? "default",
    commit: input.release.sha,
    tags: input.tags,
    images: composeImages(facts),
    ...entryAuthor(input),
    overrides: usedOverrides(input.overrides ?? [], findings),
    fleet: input.fleet ?? { verified: false, reason: "no fleet was verified in this run" },
    ...(input.gate === undefined ? {} : { gate: composeGate(input.gate) }),
    ...(from === undefined ? {} : { from }),
    hold: composeHold(kind, input.release.sha, facts),
    at: isoNow(clock),
    nonce,
  };
}

/** Commit that is left: the ledger's, or the one that all tags state as long as there is no ledger. */
function currentCommit({ ledger: { head }, destinations }: PromotionFacts): CommitSha | undefined {
  if (head.kind === "found") return head.value.entry.commit;
  const stated = new Set(destinations.map(({ revision }) => (revision?.kind === "found" ? revision.value.trim() : "")));
  const [only = ""] = stated;
  return stated.size === 1 && /^[0-9a-f]{40}$/i.test(only) ? parseCommitSha(only) : undefined;
}

function composeImages({ candidates, destinations, pins }: PromotionFacts): LedgerImage[] {
  return candidates.flatMap(({ repository, manifest }) => {
    if (manifest.kind !== "found") return [];
    const previous = destinations
      .filter((destination) => destination.repository === repository)
      .map(({ tag, current }) => ({ tag, ...(current.kind === "found" ? { digest: current.value.digest } : {}) }));
    const pin = pins.find((one) => one.repository === repository)?.tag;
    return [{ repository, digest: manifest.value.digest, ...(pin === undefined ? {} : { pin }), previous }];
  });
}

function composeGate(checks: readonly GateCheck[]): readonly GateCheck[] {
  return checks.slice(0, 100).map(({ name, state }) => ({ name: plainText(name, 100), state: plainText(state, 50) }));
}

/** Only what was really waived: an override that nothing asked for says nothing about this promotion. */
function usedOverrides(overrides: readonly Override[], findings: readonly Finding[]): readonly Override[] {
  const used = overrides.filter(({ check }) =>
    findings.some(({ rule, verdict }) => rule === check && verdict === "waived"),
  );
  return used.map(({ check, reason }) => ({ check, reason: plainText(reason, 2_000) }));
}

/** A rollback holds what it leaves, in addition to what was held before; a promotion that came past the hold ends it. */
function composeHold(kind: LedgerEntry["kind"], commit: CommitSha, facts: PromotionFacts): readonly CommitSha[] {
  const { head } = facts.ledger;
  const entry = head.kind === "found" ? head.value.entry : undefined;
  if (kind === "promote") return entry?.commit === commit ? entry.hold : [];
  const left = currentCommit(facts);
  const held = new Set([...(entry?.hold ?? []), ...(left === undefined ? [] : [left])]);
  return [...held].filter((one) => one !== commit);
}

/** Author and reason that an entry keeps, by which a run also finds its own entries again. */
export function entryAuthor({
  actor,
  reason = "promoted by the pipeline",
  runUrl,
}: Pick<PromotionInput, "actor" | "reason" | "runUrl">): Pick<LedgerEntry, "actor" | "reason" | "runUrl"> {
  return {
    actor: plainText(actor, 200),
    reason: plainText(reason, 2_000),
    ...(runUrl === undefined ? {} : { runUrl: plainText(runUrl, 1_000) }),
  };
}
