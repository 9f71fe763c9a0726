import { type Digest, type Reading, type Repository, toReading } from "@lateen/kernel";
import { tagRef } from "../ports/references.ts";
import type { PromotionInput } from "../promotion.ts";
import type { TagStore } from "../ports/tag-store.ts";
import type { CandidateFacts, PinFacts } from "./promotion-facts.ts";

/** Digits of the digest in the name of a second pin; as many as the commit has in the first. */
const digits = 12;

/** Reads the pin of every image. It is read by GET, since its absence permits a write. */
export async function readPins(
  { images, pin }: Pick<PromotionInput, "images" | "pin">,
  candidates: Promise<readonly CandidateFacts[]>,
  tags: TagStore,
  signal: AbortSignal | undefined,
): Promise<readonly PinFacts[]> {
  if (pin === undefined) return [];
  // Together: the candidates take several round trips.
  const [known, firsts] = await Promise.all([
    candidates,
    Promise.all(images.map(({ repository }) => readPin(repository, pin, tags, signal))),
  ]);
  const read = known.flatMap((candidate, at) => {
    const first = firsts[at];
    return first === undefined ? [] : [{ candidate, first }];
  });
  return Promise.all(
    read.map(async ({ candidate: { repository, manifest }, first }): Promise<PinFacts> => {
      const wanted = manifest.kind === "found" ? manifest.value.digest : undefined;
      if (wanted === undefined || first.kind !== "found" || first.value.digest === wanted)
        return { repository, tag: pin, wanted, current: first };
      const own = ownPin(pin, wanted);
      return { repository, tag: own, wanted, current: await readPin(repository, own, tags, signal) };
    }),
  );
}

function readPin(
  repository: Repository,
  tag: string,
  tags: TagStore,
  signal: AbortSignal | undefined,
): Promise<Reading<{ readonly digest: Digest }>> {
  return toReading(() => tags.manifest(tagRef(repository, tag), signal));
}

/** The pin of a digest that is not the first one of its commit. */
function ownPin(pin: string, digest: Digest): string {
  const hex = digest.slice(digest.indexOf(":") + 1);
  return `${pin.slice(0, 127 - digits)}-${hex.slice(0, digits)}`;
}
