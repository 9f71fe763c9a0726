import { type Ancestry, type CommitSha, found, type Reading, toReading } from "@lateen/kernel";
import type { CandidateFacts, DestinationFacts, LedgerFacts, PromotionFacts } from "./promotion-facts.ts";
import type { PromotePorts, PromotionInput } from "../promotion.ts";
import { type AncestryOf, createAncestryOf } from "./ancestry.ts";
import { readCandidates } from "./candidates.ts";
import { createRevisionOf, revisionInLedger, type RevisionOf } from "./revision.ts";
import { readPins } from "./pins.ts";
import { tagRef } from "../ports/references.ts";
import type { Descriptor } from "../ports/tag-store.ts";

/** Reads everything that a promotion is decided on, with as many reads at a time as do not depend on each other. */
export async function readFacts(
  input: PromotionInput,
  ports: PromotePorts,
  signal: AbortSignal | undefined,
): Promise<PromotionFacts> {
  const ancestryOf = createAncestryOf(input.release.sha, ports.history, signal);
  const head: Promise<LedgerFacts["head"]> = toReading(() => ports.ledger.read(signal));
  const revisionOf = createRevisionOf(ports.tags, head, signal);
  // Two requests and more for each tag are saved if the ledger knows the image: in all cases but the first promotion.
  const currentRevision: RevisionOf = async (repository, digest) =>
    (await revisionInLedger(repository, digest, head)) ?? revisionOf(repository, digest);
  const candidates = readCandidates(input, revisionOf, ports, signal);
  const [known, destinations, pins, branch, ledger] = await Promise.all([
    candidates,
    readDestinations(input, candidates, { ancestryOf, currentRevision }, ports, signal),
    readPins(input, candidates, ports.tags, signal),
    readBranch(input, ports, signal),
    readLedger(head, ancestryOf),
  ]);
  return { commit: input.release.sha, branch, candidates: known, destinations, pins, ledger };
}

async function readDestinations(
  { images, tags }: PromotionInput,
  candidates: Promise<readonly CandidateFacts[]>,
  { ancestryOf, currentRevision }: { readonly ancestryOf: AncestryOf; readonly currentRevision: RevisionOf },
  ports: PromotePorts,
  signal: AbortSignal | undefined,
): Promise<readonly DestinationFacts[]> {
  const pairs = images.flatMap(({ repository }, at) => tags.map((tag) => ({ repository, tag, at })));
  return Promise.all(
    pairs.map(async ({ repository, tag, at }): Promise<DestinationFacts> => {
      const current: Reading<Descriptor> = await toReading(() => ports.tags.resolve(tagRef(repository, tag), signal));
      const revision = current.kind === "found" ? await currentRevision(repository, current.value.digest) : undefined;
      const ancestry = revision?.kind === "found" ? await ancestryOf(revision.value) : undefined;
      const manifest = (await candidates)[at]?.manifest;
      const wanted = manifest?.kind === "found" ? manifest.value.digest : undefined;
      return { repository, tag, wanted, current, revision, ancestry };
    }),
  );
}

async function readBranch(
  { branch, release: { sha: commit } }: PromotionInput,
  { history }: PromotePorts,
  signal?: AbortSignal,
): Promise<PromotionFacts["branch"]> {
  const head: Reading<CommitSha> = await toReading(() => history.head(branch, signal));
  if (head.kind !== "found") return { name: branch, head };
  const ancestry: Reading<Ancestry> =
    head.value === commit ? found("identical") : await toReading(() => history.compare(commit, head.value, signal));
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
