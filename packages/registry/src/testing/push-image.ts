import { type Secret, parseDigest, parseImageRef } from "@lateen/kernel";
import { createOciRegistry } from "../oci/index.ts";
import { type ImageRecipe, type ImageSink, type SeededImage, writeImage } from "./seed-image.ts";
import { sha256 } from "./store.ts";

/** The registry that is pushed to. */
export interface PushTarget {
  readonly host: string;
  readonly username?: string;
  readonly password?: Secret;
}

/** Makes a real image and pushes it over HTTP to any registry. */
export async function pushImage(target: PushTarget, recipe: ImageRecipe): Promise<SeededImage> {
  return await writeImage(pushTo(target, recipe.repository), recipe);
}

/** A repository of any registry, as a place for blobs and manifests. */
function pushTo({ host, username, password }: PushTarget, repository: string): ImageSink {
  const entry = username === undefined || password === undefined ? {} : { username, password };
  const registry = createOciRegistry({ host, entry });
  const at = parseImageRef(`${host}/${repository}`).repository;
  registry.expectWrites?.(at);
  return {
    async addBlob(_repository, bytes, named = sha256(bytes)) {
      const digest = parseDigest(named);
      if ((await registry.content.has(at, "blob", digest)).kind === "found") return;
      await registry.content.upload(at, { digest, size: bytes.length }, () => chunk(bytes));
    },
    async addManifest(_repository, bytes, mediaType, tag) {
      const manifest = { digest: parseDigest(sha256(bytes)), mediaType, size: bytes.length, bytes };
      if (tag === undefined) return await registry.content.store(at, manifest);
      const receipt = await registry.put(at, manifest, tag);
      if (receipt.outcome !== "applied") throw receipt.cause ?? new Error(`the tag ${tag} was not written`);
    },
  };
}

async function* chunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
