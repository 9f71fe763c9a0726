import { type Clock, type Digest, type ImageRef, type Reading, type Repository } from "@lateen/kernel";
import { type ManifestContent, readManifest } from "./manifest-json.ts";
import type { Manifest } from "./registry.ts";

/**
 * Content that was read and verified a moment ago, so that it is not read again: a manifest by repository, since a registry may lose one; a
 * config by digest alone.
 */
export interface ContentMemory {
  keep(repository: Repository, manifest: Manifest): void;
  /** A manifest that this repository held within the last minute. */
  manifest(repository: Repository, digest: Digest): Manifest | undefined;
  /** The config, by `read` if no other registry has given it. */
  config(digest: Digest, read: () => Promise<Reading<Uint8Array>>): Promise<Reading<Uint8Array>>;
}

/** As long as a token lives at least: within it a promotion has read, decided and begun to write. */
const keptMs = 60_000;

/** Bytes that are kept of manifests, and configs that are kept; the oldest go first. */
const most = { manifestBytes: 16_777_216, configs: 200 };

/** Makes an empty memory. */
export function createContentMemory(clock: Clock): ContentMemory {
  const manifests = new Map<string, { readonly manifest: Manifest; readonly at: number }>();
  const configs = new Map<Digest, Promise<Reading<Uint8Array>>>();
  let bytes = 0;

  const drop = (key: string): void => {
    bytes -= manifests.get(key)?.manifest.size ?? 0;
    manifests.delete(key);
  };
  return {
    keep(repository, manifest) {
      const key = `${repository}@${manifest.digest}`;
      drop(key);
      manifests.set(key, { manifest, at: clock.now() });
      bytes += manifest.size;
      for (const oldest of manifests.keys()) if (bytes > most.manifestBytes) drop(oldest);
    },
    manifest(repository, digest) {
      const known = manifests.get(`${repository}@${digest}`);
      return known !== undefined && clock.now() - known.at < keptMs ? known.manifest : undefined;
    },
    async config(digest, read) {
      for (let pending = configs.get(digest); pending !== undefined; pending = configs.get(digest)) {
        const known = await pending.catch(() => undefined);
        if (known?.kind === "found") return known;
        if (configs.get(digest) === pending) configs.delete(digest);
      }
      const reading = read();
      configs.set(digest, reading);
      for (const oldest of configs.keys()) if (configs.size > most.configs) configs.delete(oldest);
      return await reading;
    },
  };
}

/** A reader of manifests by digest that asks `memory` first, and by tag the registry. */
export function remembering(
  memory: ContentMemory,
  read: (ref: ImageRef, signal?: AbortSignal) => Promise<Reading<Manifest>>,
): typeof read {
  return async (ref, signal) => {
    const known = ref.digest === undefined ? undefined : memory.manifest(ref.repository, ref.digest);
    return known === undefined ? await read(ref, signal) : { kind: "found", value: known };
  };
}

/** The config of a manifest that `repository` held within the last minute, or of the first image that it lists. */
export function knownConfig(repository: Repository, digest: Digest, memory: ContentMemory): Digest | undefined {
  const content = readContent(repository, digest, memory);
  if (content?.kind !== "index") return content?.config?.digest;
  const images = content.manifests.map((listed) => readContent(repository, listed.digest, memory));
  return images.flatMap((image) => (image?.kind === "image" && image.config ? [image.config.digest] : []))[0];
}

function readContent(repository: Repository, digest: Digest, memory: ContentMemory): ManifestContent | undefined {
  const manifest = memory.manifest(repository, digest);
  try {
    return manifest && readManifest(manifest.bytes, manifest.mediaType, repository).content;
  } catch {
    // Odd, but it can still be moved.
    return undefined;
  }
}
