import {
  asReleaseError,
  type Clock,
  type Digest,
  type Evidence,
  go,
  type ImageRef,
  isoNow,
  type Reading,
  type Reporter,
  type Repository,
  stop,
  type Verdict,
} from "@lateen/kernel";
import type { ContentStore } from "./adapter.ts";
import { registryError } from "./errors.ts";
import type { RegistryEvent } from "./events.ts";
import { createLimit, type Limit } from "./limit.ts";
import { readManifest, type WireDescriptor } from "./manifest-json.ts";
import type { Manifest } from "./registry.ts";
import { verified } from "./verified.ts";

/** What is copied from where to where. */
export interface CopyRequest {
  /** Has a digest. */
  readonly source: ImageRef;
  readonly target: Repository;
  readonly from: {
    manifest(ref: ImageRef, signal?: AbortSignal): Promise<Reading<Manifest>>;
    readonly content: ContentStore;
  };
  readonly into: ContentStore;
}

/** What copying reports to. */
export interface CopyPorts {
  readonly clock: Clock;
  readonly report: Reporter<RegistryEvent>;
}

/** Blobs under way at once: a few streams fill any line, and each holds only the chunks in flight. */
const parallelBlobs = 4;

interface Work extends CopyRequest, CopyPorts {
  readonly limit: Limit;
  readonly sameRegistry: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * Brings an image, children and blobs first, into another repository by digest; what is there already is not sent again, and no tag is
 * touched.
 */
export async function copyImage(
  request: CopyRequest,
  ports: CopyPorts,
  signal?: AbortSignal,
): Promise<Verdict<Manifest>> {
  const { source, target } = request;
  const evidence = (verdict: string, fact: string): Evidence[] => [
    { rule: "candidate", verdict, fact, source: target, at: isoNow(ports.clock) },
  ];
  if (source.digest === undefined) throw new TypeError("what is copied is named by its digest");
  const work: Work = {
    ...request,
    ...ports,
    signal,
    limit: createLimit(parallelBlobs),
    sameRegistry: target.startsWith(`${source.host ?? ""}/`),
  };
  try {
    const manifest = await copyManifest(work, source.digest);
    return go(manifest, evidence("copied", `${source.repository}@${source.digest} is in ${target}`));
  } catch (thrown) {
    const error = asReleaseError(thrown);
    if (error.category === "auth" || error.category === "interrupted" || error.category === "bug") throw error;
    return stop(error.category === "state" ? "refused" : "unknown", error.message, evidence("failed", error.message));
  }
}

async function copyManifest(work: Work, digest: Digest): Promise<Manifest> {
  const { source, target, into, signal } = work;
  const [manifest, present] = await Promise.all([
    work.from.manifest({ ...source, tag: undefined, digest }, signal).then((reading) => must(reading, digest)),
    into.has(target, "manifest", digest, signal),
  ]);
  if (present.kind === "unknown") throw present.cause;
  // A registry that holds a manifest holds what it lists: it refuses manifests with missing content.
  if (present.kind === "found") return manifest;
  const { content } = readManifest(manifest.bytes, manifest.mediaType, source.repository);
  if (content.kind === "index") await Promise.all(content.manifests.map((child) => copyManifest(work, child.digest)));
  else
    await Promise.all(
      [
        ...new Map(
          [...(content.config === undefined ? [] : [content.config]), ...content.layers].map((blob) => [
            blob.digest,
            blob,
          ]),
        ).values(),
      ].map((blob) => work.limit(() => copyBlob(work, blob))),
    );
  await into.store(target, manifest, signal);
  work.report({ type: "manifest-copied", repository: target, digest });
  return manifest;
}

async function copyBlob(work: Work, blob: WireDescriptor): Promise<void> {
  const { target, into, signal } = work;
  // Foreign layers stay where their vendor keeps them. Source: OCI image-spec, layer.md, "Non-Distributable Layers".
  if (/nondistributable|foreign/.test(blob.mediaType)) return;
  const done = (how: "present" | "mounted" | "streamed"): void =>
    work.report({ type: "blob-copied", repository: target, digest: blob.digest, bytes: blob.size, how });
  const present = await into.has(target, "blob", blob.digest, signal);
  if (present.kind === "unknown") throw present.cause;
  if (present.kind === "found") return done("present");
  if (work.sameRegistry && (await tryMount(work, blob.digest))) return done("mounted");
  await stream(work, blob);
  done("streamed");
}

async function tryMount(work: Work, digest: Digest): Promise<boolean> {
  try {
    return await work.into.mount(work.target, digest, work.source.repository, work.signal);
  } catch (thrown) {
    const error = asReleaseError(thrown);
    if (error.category === "interrupted" || error.category === "bug") throw error;
    // Mounting is a favour: whatever the registry dislikes about it, the bytes can still be sent.
    return false;
  }
}

/** Sends a blob, and once more from its beginning where the line breaks. */
async function stream(work: Work, blob: WireDescriptor): Promise<void> {
  const { source, target, from, into, signal } = work;
  for (let tries = 1; ; tries++) {
    try {
      const chunks = await from.content.open(source, blob.digest, signal);
      await into.upload(target, blob, verified(chunks, blob, source.repository), signal);
      return;
    } catch (thrown) {
      const error = asReleaseError(thrown);
      if (!error.retryable || tries >= 3) throw error;
      await work.clock.sleep(500 * tries, signal);
    }
  }
}

function must(reading: Reading<Manifest>, digest: Digest): Manifest {
  if (reading.kind === "found") return reading.value;
  if (reading.kind === "unknown") throw reading.cause;
  throw registryError("REGISTRY_CONTENT_MISSING", "state", {
    message: `the manifest ${digest} is not in the source`,
    why: reading.proof,
  });
}
