import {
  type Clock,
  type Digest,
  type ImageRef,
  isReleaseError,
  parseImageRef,
  type Reading,
  type Repository,
} from "@lateen/kernel";
import { sourceHeadStartMs } from "./policy.ts";
import type { Descriptor, Manifest } from "./registry.ts";
import type { RetagPorts } from "./retag-report.ts";
import type { TargetGroup } from "./retag-targets.ts";

/** What a tag names before anything is written; with the bytes where they could be read. */
export interface CurrentTag {
  readonly repository: Repository;
  readonly tag: string;
  readonly reading: Reading<Descriptor & { readonly bytes?: Uint8Array }>;
}

/** Everything that is read before a retag. */
export interface RetagFacts {
  /** The digest that the source names. */
  readonly digest: Reading<Digest>;
  /** The bytes of the source; undefined where every tag is right already and nobody needs them. */
  readonly manifest: Reading<Manifest> | undefined;
  readonly current: readonly CurrentTag[];
}

/**
 * Reads the source and every target together, in one round trip. A source given by its digest waits a moment for the targets: where
 * they are right already, its bytes are not asked for.
 */
export async function readRetag(
  source: ImageRef,
  groups: readonly TargetGroup[],
  ports: RetagPorts,
  signal?: AbortSignal,
): Promise<RetagFacts> {
  const { registries, clock } = ports;
  const tags = groups.flatMap((group) => group.tags.map((tag) => ({ repository: group.repository, tag })));
  const reads = Promise.all(
    tags.map(async (at): Promise<CurrentTag> => ({ ...at, reading: await readCurrent(at, ports, signal) })),
  );
  const { digest } = source;
  if (digest === undefined) {
    const [manifest, current] = await Promise.all([registries.manifest(source, signal), reads]);
    return {
      digest: manifest.kind === "found" ? { kind: "found", value: manifest.value.digest } : manifest,
      manifest,
      current,
    };
  }
  const early = await headStart(reads, clock, signal);
  if (early?.every((tag) => tag.reading.kind === "found" && tag.reading.value.digest === digest) === true) {
    return { digest: { kind: "found", value: digest }, manifest: undefined, current: early };
  }
  const [manifest, current] = await Promise.all([registries.manifest(source, signal), reads]);
  return { digest: manifest.kind === "found" ? { kind: "found", value: digest } : manifest, manifest, current };
}

/** What `work` gives if it is done within the head start. */
async function headStart<T>(work: Promise<T>, clock: Clock, signal: AbortSignal | undefined): Promise<T | undefined> {
  const done = new AbortController();
  const stop = signal === undefined ? done.signal : AbortSignal.any([signal, done.signal]);
  const late = clock.sleep(sourceHeadStartMs, stop).then(
    () => undefined,
    () => undefined,
  );
  const first = await Promise.race([work, late]);
  done.abort();
  return first;
}

async function readCurrent(
  at: { repository: Repository; tag: string },
  { registries }: RetagPorts,
  signal: AbortSignal | undefined,
): Promise<CurrentTag["reading"]> {
  const ref = parseImageRef(`${at.repository}:${at.tag}`);
  const reading = await registries.manifest(ref, signal);
  // A tag may name schema 1, which has no bytes to keep, and still be moved away from it.
  const isOld =
    reading.kind === "unknown" && isReleaseError(reading.cause) && reading.cause.code === "MANIFEST_SCHEMA1";
  return isOld ? await registries.resolve(ref, signal) : reading;
}
