import { type Digest, type ImageRef, parseImageRef, type Reading, type Repository } from "@lateen/kernel";
import { copyManifest } from "./manifest.ts";
import type { CopyWork } from "./blob.ts";
import { digestOf, readManifest } from "../model/manifest-json.ts";
import type { Manifest, Receipt } from "../model/registry.ts";

/** Endings of the tags under which cosign keeps what belongs to an image. Source: sigstore/cosign, specs/SIGNATURE_SPEC.md. */
const cosignEndings = ["sig", "att", "sbom"];

/** Things that are brought along for one image at most; a list that never ends shall not keep us. */
const mostReferrers = 500;

const indexType = "application/vnd.oci.image.index.v1+json";

/** What writing tags needs beside content: the registry that is written. */
export interface ReferrerTarget {
  manifest(ref: ImageRef, signal?: AbortSignal): Promise<Reading<Manifest>>;
  put(repository: Repository, manifest: Manifest, tag: string, signal?: AbortSignal): Promise<Receipt>;
}

/**
 * Brings along what belongs to an image: manifests that refer to it or to one of its platforms, theirs in turn, and cosign's tags.
 * Answers with what was brought.
 *
 * @throws ReleaseError as soon as one cannot be read or written: an image without the signature that it has is not a copy
 */
export async function copyReferrers(work: CopyWork, top: Digest, into: ReferrerTarget): Promise<readonly Digest[]> {
  const waiting = [top, ...(await childrenOf(work, top))];
  const seen = new Set(waiting);
  for (let subject = waiting.shift(); subject !== undefined && seen.size < mostReferrers; subject = waiting.shift()) {
    const brought = [...(await copyList(work, subject, into)), ...(await copyCosign(work, subject, into))];
    for (const digest of brought.filter((one) => !seen.has(one))) {
      seen.add(digest);
      waiting.push(digest);
    }
  }
  return [...seen].filter((digest) => digest !== top);
}

async function childrenOf(work: CopyWork, digest: Digest): Promise<Digest[]> {
  const manifest = must(await work.from.manifest({ ...work.source, tag: undefined, digest }, work.signal));
  if (manifest === undefined) return [];
  const { content } = readManifest(manifest.bytes, manifest.mediaType, work.source.repository);
  return content.kind === "index" ? content.manifests.map((child) => child.digest) : [];
}

async function copyList(work: CopyWork, subject: Digest, into: ReferrerTarget): Promise<Digest[]> {
  const list = must(await work.from.content.referrers(work.source.repository, subject, work.signal));
  const manifests = list?.manifests ?? [];
  for (const { digest } of manifests) await copyManifest(work, digest);
  if (manifests.length > 0) await listAtTarget(work, subject, manifests, into);
  return manifests.map(({ digest }) => digest);
}

/** A registry without the API finds referrers in an index under a tag, which is the writer's to keep. */
async function listAtTarget(
  work: CopyWork,
  subject: Digest,
  manifests: readonly { readonly digest: Digest }[],
  into: ReferrerTarget,
): Promise<void> {
  const { target, signal } = work;
  const held = must(await work.into.referrers(target, subject, signal));
  if (held?.through === "api") return;
  const known = new Set(held?.manifests.map(({ digest }) => digest));
  if (manifests.every(({ digest }) => known.has(digest))) return;
  const all = [...(held?.manifests ?? []), ...manifests.filter(({ digest }) => !known.has(digest))];
  const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: all }));
  const index = { digest: digestOf(bytes), mediaType: indexType, size: bytes.length, bytes };
  await write(into, target, index, subject.replace(":", "-"), signal);
}

async function copyCosign(work: CopyWork, subject: Digest, into: ReferrerTarget): Promise<Digest[]> {
  const { source, target, signal } = work;
  const tags = cosignEndings.map((ending) => `${subject.replace(":", "-")}.${ending}`);
  const found = await Promise.all(
    tags.map(async (tag) => ({
      tag,
      manifest: must(await work.from.manifest(parseImageRef(`${source.repository}:${tag}`), signal)),
    })),
  );
  const brought: Digest[] = [];
  for (const { tag, manifest } of found) {
    if (manifest === undefined) continue;
    await copyManifest(work, manifest.digest);
    await write(into, target, manifest, tag, signal);
    brought.push(manifest.digest);
  }
  return brought;
}

async function write(
  into: ReferrerTarget,
  target: Repository,
  manifest: Manifest,
  tag: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const receipt = await into.put(target, manifest, tag, signal);
  if (receipt.outcome !== "applied" && receipt.cause !== undefined) throw receipt.cause;
}

/** What was found; undefined where there is none. @throws what made it unknown */
function must<T>(reading: Reading<T>): T | undefined {
  if (reading.kind === "unknown") throw reading.cause;
  return reading.kind === "found" ? reading.value : undefined;
}
