import { type Ancestry, type CommitSha, found, type Reading } from "@lateen/kernel";
import { quietly } from "./errors.ts";
import type { CandidateFacts, DestinationFacts, LedgerFacts, PromotionFacts } from "./facts.ts";
import type { PromotePorts, PromotionInput } from "./promotion.ts";
import { type AncestryOf, createAncestryOf } from "./read-ancestry.ts";
import { readCandidates } from "./read-candidates.ts";
import { digestRef, tagRef } from "./references.ts";
import type { Descriptor } from "./tag-store.ts";

/** Reads everything that a promotion is decided on, with as many reads at a time as do not depend on each other. */
export async function readFacts(
  input: PromotionInput,
  ports: PromotePorts,
  signal: AbortSignal | undefined,
): Promise<PromotionFacts> {
  const ancestryOf = createAncestryOf(input.commit, ports.history, signal);
  const candidates = readCandidates(input.images, ports, signal);
  const [known, destinations, branch, ledger] = await Promise.all([
    candidates,
    readDestinations(input, candidates, ancestryOf, ports, signal),
    readBranch(input, ports, signal),
    readLedger(ancestryOf, ports, signal),
  ]);
  return { commit: input.commit, branch, candidates: known, destinations, ledger };
}

async function readDestinations(
  { images, tags }: PromotionInput,
  candidates: Promise<readonly CandidateFacts[]>,
  ancestryOf: AncestryOf,
  ports: PromotePorts,
  signal: AbortSignal | undefined,
): Promise<readonly DestinationFacts[]> {
  const pairs = images.flatMap(({ repository }, at) => tags.map((tag) => ({ repository, tag, at })));
  return Promise.all(
    pairs.map(async ({ repository, tag, at }): Promise<DestinationFacts> => {
      const current: Reading<Descriptor> = await quietly(() => ports.tags.resolve(tagRef(repository, tag), signal));
      // The revision is read at once, not after the candidate is known: it is wanted in all cases but "nothing to do".
      const revision =
        current.kind === "found" ? await readRevision(repository, current.value, ports, signal) : undefined;
      const ancestry = revision?.kind === "found" ? await ancestryOf(revision.value) : undefined;
      const manifest = (await candidates)[at]?.manifest;
      const wanted = manifest?.kind === "found" ? manifest.value.digest : undefined;
      return { repository, tag, wanted, current, revision, ancestry };
    }),
  );
}

function readRevision(
  repository: DestinationFacts["repository"],
  { digest }: Descriptor,
  { tags }: PromotePorts,
  signal?: AbortSignal,
): Promise<Reading<string>> {
  return quietly(() => tags.revision(digestRef(repository, digest), signal));
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

async function readLedger(
  ancestryOf: AncestryOf,
  { ledger }: PromotePorts,
  signal?: AbortSignal,
): Promise<LedgerFacts> {
  const head: LedgerFacts["head"] = await quietly(() => ledger.read(signal));
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
