import type { Digest, Reading } from "@lateen/kernel";
import { copyBlob, type CopyWork, missing, present } from "./blob.ts";
import { readManifest } from "../model/manifest-json.ts";
import type { Manifest } from "../model/registry.ts";

/** Copies one manifest and all that it lists. @throws ReleaseError of what could not be read or written */
export async function copyManifest(work: CopyWork, digest: Digest): Promise<Manifest> {
  const { source, target, into, signal } = work;
  const [manifest, held] = await Promise.all([
    work.from.manifest({ ...source, tag: undefined, digest }, signal).then((reading) => must(reading, digest)),
    into.has(target, "manifest", digest, signal),
  ]);
  // A registry that holds a manifest holds what it lists: it refuses manifests with missing content.
  if (present(held)) return manifest;
  const { content } = readManifest(manifest.bytes, manifest.mediaType, source.repository);
  if (content.kind === "index") await Promise.all(content.manifests.map((child) => copyManifest(work, child.digest)));
  else
    await Promise.all(
      [...(content.config === undefined ? [] : [content.config]), ...content.layers].map((blob) =>
        copyBlob(work, blob),
      ),
    );
  if (work.dryRun === true) return manifest;
  await into.store(target, manifest, signal);
  work.report({ type: "manifest-copied", repository: target, digest });
  return manifest;
}

function must(reading: Reading<Manifest>, digest: Digest): Manifest {
  if (reading.kind === "found") return reading.value;
  if (reading.kind === "unknown") throw reading.cause;
  throw missing(`the manifest ${digest}`, reading.proof);
}
