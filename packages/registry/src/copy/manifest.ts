import { asReleaseError, type Digest, type Reading } from "@lateen/kernel";
import { imageTypes, indexTypes } from "../model/media-types.ts";
import { type ManifestContent, readManifest, type WireDescriptor } from "../model/manifest-json.ts";
import type { Manifest } from "../model/registry.ts";
import { copyBlob } from "./blob.ts";
import { type CopyWork, missingAtSource } from "./work.ts";

/**
 * Copies one manifest, everything that it lists first. A target that holds the manifest may have lost its children or blobs (clean-up of
 * untagged manifests, garbage collection), so that they are looked at as well.
 *
 * @param force - Sends it although the target says that it holds it.
 * @throws ReleaseError of what could not be read or written
 */
export async function copyManifest(work: CopyWork, digest: Digest, force = false): Promise<Manifest> {
  const known = force ? undefined : work.manifests.get(digest);
  const copied = known ?? copyOnce(work, digest, force);
  work.manifests.set(digest, copied);
  return await copied;
}

/** Copies everything that one manifest lists, but not the manifest. @throws as {@link copyManifest} */
export async function copyContentOf(work: CopyWork, digest: Digest): Promise<Manifest> {
  // Blobs of a manifest that is held are most likely there, and a mount writes.
  const looking = work.sameRegistry ? isHeldBy(work, digest, false) : Promise.resolve(false);
  const [reading, isHeld] = await Promise.all([readSource(work, digest), looking]);
  const manifest = required(reading, digest);
  const { content } = readManifest(manifest.bytes, manifest.mediaType, work.source.repository);
  await copyContent(work, content, { isHeld, force: undefined });
  return manifest;
}

/** The manifest at the source; read once however often it is needed. */
export function readSource(work: CopyWork, digest: Digest): Promise<Reading<Manifest>> {
  const known = work.read.get(digest) ?? work.from.manifest({ ...work.source, tag: undefined, digest }, work.signal);
  work.read.set(digest, known);
  return known;
}

async function copyOnce(work: CopyWork, digest: Digest, force: boolean): Promise<Manifest> {
  const { source, target } = work;
  const looking = isHeldBy(work, digest, force);
  looking.catch(() => undefined);
  const reading = await readSource(work, digest);
  const manifest = required(reading, digest);
  const { content } = readManifest(manifest.bytes, manifest.mediaType, source.repository);
  // Only a mount depends on it; everything else is looked at in the same round trip.
  const isHeld = work.sameRegistry && (await looking);
  await copyContent(work, content, { isHeld, force: undefined });
  if ((await looking) || work.dryRun === true) return manifest;
  await store(work, manifest, content);
  work.report({ type: "manifest-copied", repository: target, digest });
  return manifest;
}

/** True if the target holds the manifest; an unreadable one counts as missing, since it can be sent once more. */
async function isHeldBy({ into, target, signal }: CopyWork, digest: Digest, force: boolean): Promise<boolean> {
  return !force && (await into.has(target, "manifest", digest, signal)).kind === "found";
}

/**
 * A registry that reports missing content at the write gets that content, each part once, whatever it said about holding it before. Registries
 * name one missing part at a time.
 */
async function store(work: CopyWork, manifest: Manifest, content: ManifestContent): Promise<void> {
  const { target, into, signal } = work;
  // Some registries refuse a manifest whose subject is still to come (moby/buildkit#7007).
  if (content.subject !== undefined) await work.manifests.get(content.subject);
  const sent = new Set<Digest>();
  for (;;) {
    try {
      return await into.store(target, manifest, signal);
    } catch (thrown) {
      const error = asReleaseError(thrown);
      const force = namedIn(error.message, content).filter((digest) => !sent.has(digest));
      if (error.code !== "REGISTRY_CONTENT_MISSING" || force.length === 0) throw error;
      await copyContent(work, content, { isHeld: false, force: new Set(force) });
      for (const digest of force) sent.add(digest);
    }
  }
}

interface ContentOptions {
  /** True if the target holds the manifest, and so most likely its content. */
  readonly isHeld: boolean;
  /** Content that is sent although the target says that it holds it. */
  readonly force: ReadonlySet<Digest> | undefined;
}

async function copyContent(work: CopyWork, content: ManifestContent, options: ContentOptions): Promise<void> {
  const { isHeld, force } = options;
  await Promise.all(
    listed(content)
      .filter(({ digest }) => force === undefined || force.has(digest))
      .map(async (entry) => {
        const how = { isHeld, force: force !== undefined };
        if (await isManifest(work, content, entry)) await copyManifest(work, entry.digest, how.force);
        else await copyBlob(work, entry, how);
      }),
  );
}

function listed(content: ManifestContent): readonly WireDescriptor[] {
  if (content.kind === "index") return content.manifests;
  return [...(content.config === undefined ? [] : [content.config]), ...content.layers];
}

/** The index of a build cache lists layers and a config (moby/buildkit#2251); by an unknown type the source shows which it is. */
async function isManifest(work: CopyWork, content: ManifestContent, entry: WireDescriptor): Promise<boolean> {
  if (content.kind !== "index") return false;
  if ([...indexTypes, ...imageTypes].includes(entry.mediaType)) return true;
  const { source, from, signal } = work;
  return (await from.content.has(source.repository, "blob", entry.digest, signal)).kind !== "found";
}

/** The content that an error names; all of it if it names none. */
function namedIn(message: string, content: ManifestContent): readonly Digest[] {
  const all = listed(content).map(({ digest }) => digest);
  const named = all.filter((digest) => message.includes(digest));
  return named.length > 0 ? named : all;
}

function required(reading: Reading<Manifest>, digest: Digest): Manifest {
  if (reading.kind === "found") return reading.value;
  if (reading.kind === "unknown") throw reading.cause;
  throw missingAtSource(`the manifest ${digest}`, reading.proof);
}
