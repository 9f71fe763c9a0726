import { type Digest, type Reading, type Repository, toReading } from "@lateen/kernel";
import { tagRef } from "../ports/references.ts";
import type { TagStore } from "../ports/tag-store.ts";
import type { CandidateFacts, PinFacts } from "./promotion-facts.ts";

/** Digits of the digest in the name of a second pin; as many as the commit has in the first. */
const digits = 12;

/** Reads the pin of every image. It is read by GET, since its absence permits a write. */
export async function readPins(
  pin: string | undefined,
  candidates: Promise<readonly CandidateFacts[]>,
  tags: TagStore,
  signal: AbortSignal | undefined,
): Promise<readonly PinFacts[]> {
  if (pin === undefined) return [];
  return Promise.all(
    (await candidates).map(async ({ repository, manifest }): Promise<PinFacts> => {
      const wanted = manifest.kind === "found" ? manifest.value.digest : undefined;
      const first = await readPin(repository, pin, tags, signal);
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
