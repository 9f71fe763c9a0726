import {
  type Digest,
  found,
  type ImageRef,
  isReleaseError,
  mapReading,
  parseImageRef,
  type Reading,
  type Repository,
} from "@lateen/kernel";
import { digestOf } from "../model/manifest-json.ts";
import type { Descriptor, Manifest } from "../model/registry.ts";
import type { RetagPorts } from "./report.ts";
import type { TargetGroup } from "./targets.ts";

/** A tag before anything is written, with its bytes if they could be read. */
export interface CurrentTag {
  readonly repository: Repository;
  readonly tag: string;
  readonly reading: Reading<Descriptor & { readonly bytes?: Uint8Array }>;
}

/** Everything that is read before a retag. */
export interface RetagFacts {
  /** The digest that the source names. */
  readonly digest: Reading<Digest>;
  /** The bytes of the source; undefined if every tag is right already and they are not needed. */
  readonly manifest: Reading<Manifest> | undefined;
  readonly current: readonly CurrentTag[];
}

/**
 * Reads the source and every target together, in one round trip. If the source is given by its digest and all targets are in its repository,
 * they are read first: if they are right already its bytes are not needed, and the whole takes one request and a token.
 */
export async function readRetag(
  source: ImageRef,
  groups: readonly TargetGroup[],
  ports: RetagPorts,
  signal?: AbortSignal,
): Promise<RetagFacts> {
  const { registries } = ports;
  const tags = groups.flatMap((group) => group.tags.map((tag) => ({ repository: group.repository, tag })));
  const readTags = () =>
    Promise.all(
      tags.map(async (at): Promise<CurrentTag> => ({ ...at, reading: await readCurrent(at, ports, signal) })),
    );
  const { digest } = source;
  // Tags answer with sha256 digests, so that another algorithm is compared by the bytes.
  if (digest?.startsWith("sha256:") !== true) {
    const [manifest, current] = await Promise.all([registries.manifest(source, signal), readTags()]);
    const named = mapReading(manifest, (value) => ({ ...value, digest: digestOf(value.bytes) }));
    return { digest: mapReading(named, (value) => value.digest), manifest: named, current };
  }
  // Elsewhere a tag is rarely right already, and its registry is not asked the more for reading the source at once.
  const isElsewhere = groups.some(({ repository }) => repository !== source.repository);
  const ahead = new AbortController();
  const late = signal === undefined ? ahead.signal : AbortSignal.any([signal, ahead.signal]);
  const reading = isElsewhere ? registries.manifest(source, late) : undefined;
  reading?.catch(() => undefined);
  try {
    const current = await readTags();
    const isRight = current.every((tag) => tag.reading.kind === "found" && tag.reading.value.digest === digest);
    if (isRight) return { digest: found(digest), manifest: undefined, current };
    const manifest = await (reading ?? registries.manifest(source, signal));
    return { digest: mapReading(manifest, () => digest), manifest, current };
  } finally {
    ahead.abort();
  }
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
