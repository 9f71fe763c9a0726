import {
  asReleaseError,
  createLimit,
  type Digest,
  type ImageRef,
  parseImageRef,
  type Reading,
  type Repository,
} from "@lateen/kernel";
import { digestOf, readManifest, type WireDescriptor } from "../model/manifest-json.ts";
import type { BroughtReferrer, Manifest, MissingReferrer, Receipt, ReferrersReport } from "../model/registry.ts";
import { copyManifest, readSource } from "./manifest.ts";
import type { CopyWork } from "./work.ts";

/** Endings of the tags under which cosign keeps what belongs to an image. Source: sigstore/cosign, specs/SIGNATURE_SPEC.md. */
const cosignEndings = ["sig", "att", "sbom"];

/** Maximum number of manifests that are copied along for one image, so that an endless list ends. */
const mostReferrers = 500;

/** Subjects that are looked at together. */
const parallelSubjects = 8;

const indexType = "application/vnd.oci.image.index.v1+json";

/** The registry that is written, as far as tags are concerned. */
export interface ReferrerTarget {
  manifest(ref: ImageRef, signal?: AbortSignal): Promise<Reading<Manifest>>;
  put(repository: Repository, manifest: Manifest, tag: string, signal?: AbortSignal): Promise<Receipt>;
}

/**
 * Copies what belongs to an image: manifests that refer to it or to one of its platforms, theirs in turn, and cosign's tags.
 *
 * @returns what was copied, and what could not be: entries of a list that are gone, and what the target refuses
 * @throws ReleaseError if something cannot be read, or it is not known whether it was written
 */
export async function copyReferrers(work: CopyWork, top: Digest, into: ReferrerTarget): Promise<ReferrersReport> {
  const limit = createLimit(parallelSubjects);
  const seen = new Set<Digest>([top]);
  const brought: BroughtReferrer[] = [];
  const missing: MissingReferrer[] = [];
  let subjects = [top, ...(await childrenOf(work, top))];
  while (subjects.length > 0 && brought.length < mostReferrers) {
    for (const subject of subjects) seen.add(subject);
    const found = await Promise.all(subjects.map((subject) => limit(() => copyOf(work, subject, into))));
    brought.push(...found.flatMap((report) => report.brought));
    missing.push(...found.flatMap((report) => report.missing));
    subjects = [...new Set(brought.map(({ digest }) => digest))].filter((digest) => !seen.has(digest));
  }
  return { brought, missing };
}

async function copyOf(work: CopyWork, subject: Digest, into: ReferrerTarget): Promise<ReferrersReport> {
  const reports = [await copyListed(work, subject, into), await copyCosign(work, subject, into)];
  return { brought: reports.flatMap(({ brought }) => brought), missing: reports.flatMap(({ missing }) => missing) };
}

async function childrenOf(work: CopyWork, digest: Digest): Promise<Digest[]> {
  const manifest = valueOf(await readSource(work, digest));
  if (manifest === undefined) return [];
  const { content } = readManifest(manifest.bytes, manifest.mediaType, work.source.repository);
  return content.kind === "index" ? content.manifests.map((child) => child.digest) : [];
}

async function copyListed(work: CopyWork, subject: Digest, into: ReferrerTarget): Promise<ReferrersReport> {
  const list = valueOf(await work.from.content.referrers(work.source.repository, subject, work.signal));
  const brought: BroughtReferrer[] = [];
  const missing: MissingReferrer[] = [];
  const copied: WireDescriptor[] = [];
  for (const entry of list?.manifests ?? []) {
    const { digest } = entry;
    const manifest = valueOf(await readSource(work, digest));
    if (manifest === undefined) {
      missing.push({ digest, subject, cause: "gone", reason: "it is listed, and the source no longer has it" });
      continue;
    }
    const { content } = readManifest(manifest.bytes, manifest.mediaType, work.source.repository);
    // A server that ignores the digest in the address, and a tag that means something else, list what belongs to others.
    if (content.subject !== subject) continue;
    const refused = await refusalOf(() => copyManifest(work, digest));
    if (refused !== undefined) missing.push({ digest, subject, cause: "refused", reason: refused });
    else {
      copied.push(entry);
      const { artifactType } = entry.raw;
      brought.push({ digest, subject, ...(typeof artifactType === "string" ? { artifactType } : {}) });
    }
  }
  if (copied.length > 0) await listAtTarget(work, subject, copied, into);
  return { brought, missing };
}

/** In a registry without the API, clients find referrers in an index under a tag, which the writer has to maintain. */
async function listAtTarget(
  work: CopyWork,
  subject: Digest,
  entries: readonly WireDescriptor[],
  into: ReferrerTarget,
): Promise<void> {
  const { target, signal } = work;
  const held = valueOf(await work.into.referrers(target, subject, signal));
  if (held?.through === "api") return;
  const known = new Set(held?.manifests.map(({ digest }) => digest));
  if (entries.every(({ digest }) => known.has(digest))) return;
  const manifests = [...(held?.manifests ?? []), ...entries.filter(({ digest }) => !known.has(digest))].map(
    ({ raw }) => raw,
  );
  const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests }));
  const index = { digest: digestOf(bytes), mediaType: indexType, size: bytes.length, bytes };
  await write(into, target, index, subject.replace(":", "-"), signal);
}

async function copyCosign(work: CopyWork, subject: Digest, into: ReferrerTarget): Promise<ReferrersReport> {
  const { source, target, signal } = work;
  const tags = cosignEndings.map((ending) => `${subject.replace(":", "-")}.${ending}`);
  const found = await Promise.all(
    tags.map(async (tag) => ({
      tag,
      manifest: valueOf(await work.from.manifest(parseImageRef(`${source.repository}:${tag}`), signal)),
    })),
  );
  const brought: BroughtReferrer[] = [];
  const missing: MissingReferrer[] = [];
  for (const { tag, manifest } of found) {
    if (manifest === undefined) continue;
    const { digest } = manifest;
    const refused = await refusalOf(async () => {
      await copyManifest(work, digest);
      await write(into, target, manifest, tag, signal);
    });
    if (refused === undefined) brought.push({ digest, subject, tag });
    else missing.push({ digest, subject, tag, cause: "refused", reason: refused });
  }
  return { brought, missing };
}

/** Why the target refuses something; undefined if it took it. @throws ReleaseError of any other category than `state` */
async function refusalOf(copy: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await copy();
    return undefined;
  } catch (thrown) {
    const error = asReleaseError(thrown);
    if (error.category !== "state") throw error;
    return error.message;
  }
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

/** The value of a reading; undefined if it is absent. @throws the cause of an unknown reading */
function valueOf<T>(reading: Reading<T>): T | undefined {
  if (reading.kind === "unknown") throw reading.cause;
  return reading.kind === "found" ? reading.value : undefined;
}
