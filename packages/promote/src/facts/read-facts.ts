import { type Ancestry, type CommitSha, found, type Reading } from "@lateen/kernel";
import { quietly } from "../errors.ts";
import type { CandidateFacts, DestinationFacts, LedgerFacts, PromotionFacts } from "./promotion-facts.ts";
import type { PromotePorts, PromotionInput } from "../promotion.ts";
import { type AncestryOf, createAncestryOf } from "./ancestry.ts";
import { readCandidates } from "./candidates.ts";
import { createRevisionOf, type RevisionOf } from "./revision.ts";
import { tagRef } from "../ports/references.ts";
import type { Descriptor } from "../ports/tag-store.ts";

/** Reads everything that a promotion is decided on, with as many reads at a time as do not depend on each other. */
export async function readFacts(
  input: PromotionInput,
  ports: PromotePorts,
  signal: AbortSignal | undefined,
): Promise<PromotionFacts> {
  const ancestryOf = createAncestryOf(input.commit, ports.history, signal);
  const head: Promise<LedgerFacts["head"]> = quietly(() => ports.ledger.read(signal));
  const revisionOf = createRevisionOf(ports.tags, head, signal);
  const candidates = readCandidates(input.images, revisionOf, ports, signal);
  const [known, destinations, branch, ledger] = await Promise.all([
    candidates,
    readDestinations(input, candidates, { ancestryOf, revisionOf }, ports, signal),
    readBranch(input, ports, signal),
    readLedger(head, ancestryOf),
  ]);
  return { commit: input.commit, branch, candidates: known, destinations, ledger };
}

async function readDestinations(
  { images, tags }: PromotionInput,
  candidates: Promise<readonly CandidateFacts[]>,
  { ancestryOf, revisionOf }: { readonly ancestryOf: AncestryOf; readonly revisionOf: RevisionOf },
  ports: PromotePorts,
  signal: AbortSignal | undefined,
): Promise<readonly DestinationFacts[]> {
  const pairs = images.flatMap(({ repository }, at) => tags.map((tag) => ({ repository, tag, at })));
  return Promise.all(
    pairs.map(async ({ repository, tag, at }): Promise<DestinationFacts> => {
      const current: Reading<Descriptor> = await quietly(() => ports.tags.resolve(tagRef(repository, tag), signal));
      // The revision is read at once, not after the candidate is known: it is wanted in all cases but "nothing to do".
      const revision = current.kind === "found" ? await revisionOf(repository, current.value.digest) : undefined;
      const ancestry = revision?.kind === "found" ? await ancestryOf(revision.value) : undefined;
      const manifest = (await candidates)[at]?.manifest;
      const wanted = manifest?.kind === "found" ? manifest.value.digest : undefined;
      return { repository, tag, wanted, current, revision, ancestry };
    }),
  );
}

async function readBranch(
  { branch, commit }: PromotionInput,
  { history }: PromotePorts,
  signal?: AbortSignal,
): Promise<PromotionFacts["branch"]> {
  const head: Reading<CommitSha> = await quietly(() => history.head(branch, signal));
  if (head.kind !== "found") return { name: branch, head };
  const ancestry: Reading<Ancestry> =
    head.value === commit ? found("identical") : await quietly(() => history.compare(commit, head.value, signal));
  return { name: branch, head, ancestry };
}

async function readLedger(reading: Promise<LedgerFacts["head"]>, ancestryOf: AncestryOf): Promise<LedgerFacts> {
  const head = await reading;
  if (head.kind !== "found") return { head, holds: [] };
  const { entry } = head.value;
  const [ancestry, ...holds] = await Promise.all([
    ancestryOf(entry.commit),
    ...entry.hold.map((commit) => ancestryOf(commit)),
  ]);
  return {
    head,
    ancestry,
    holds: entry.hold.flatMap((commit, at) => {
      const answer = holds[at];
      return answer === undefined ? [] : [{ commit, ancestry: answer }];
    }),
  };
}
