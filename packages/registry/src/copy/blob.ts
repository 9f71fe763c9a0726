import {
  asReleaseError,
  type Clock,
  type Digest,
  type ImageRef,
  type Reading,
  type ReleaseError,
  type Reporter,
  type Repository,
} from "@lateen/kernel";
import type { ContentStore } from "../model/adapter.ts";
import { registryError } from "../errors.ts";
import type { RegistryEvent } from "../events.ts";
import type { ReferrerTarget } from "./referrers.ts";
import type { Limit } from "../http/limit.ts";
import type { WireDescriptor } from "../model/manifest-json.ts";
import type { Manifest } from "../model/registry.ts";
import { verified } from "./verify-stream.ts";
import { keepYoungHeapSmall } from "./limit-semi-space.ts";

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
  /** Looks whether everything could be copied, and copies nothing. @default false */
  readonly dryRun?: boolean;
  /** Where what belongs to the image is brought along: the registry that is written. @default it is left behind */
  readonly referrersInto?: ReferrerTarget | undefined;
}

/** What copying reports to. */
export interface CopyPorts {
  readonly clock: Clock;
  readonly report: Reporter<RegistryEvent>;
}

/** From this size on a blob fills the line by itself: 64 MiB take a second at 500 Mbit/s. */
const largeBlobBytes = 67_108_864;

/** A copy under way. */
export interface CopyWork extends CopyRequest, CopyPorts {
  readonly limits: { readonly small: Limit; readonly large: Limit };
  readonly sameRegistry: boolean;
  /** Every blob under way or done: platforms share blobs, and two uploads of one would race. */
  readonly blobs: Map<Digest, Promise<void>>;
  readonly signal: AbortSignal | undefined;
}

/** Brings one blob over: not at all if it is there or under way, by a mount within a registry, as a stream otherwise. */
export async function copyBlob(work: CopyWork, blob: WireDescriptor): Promise<void> {
  const limit = blob.size < largeBlobBytes ? work.limits.small : work.limits.large;
  const known = work.blobs.get(blob.digest) ?? limit(() => bring(work, blob));
  work.blobs.set(blob.digest, known);
  await known;
}

async function bring(work: CopyWork, blob: WireDescriptor): Promise<void> {
  const { target, into, signal } = work;
  // Foreign layers stay where their vendor keeps them. Source: OCI image-spec, layer.md, "Non-Distributable Layers".
  if (/nondistributable|foreign/.test(blob.mediaType)) return;
  const done = (how: "present" | "mounted" | "streamed"): void =>
    work.report({ type: "blob-copied", repository: target, digest: blob.digest, bytes: blob.size, how });
  // A mount answers for a blob that is there already as well, so nobody needs to look first.
  if (work.sameRegistry && work.dryRun !== true && (await tryMount(work, blob.digest))) return done("mounted");
  if (present(await into.has(target, "blob", blob.digest, signal))) return done("present");
  if (work.dryRun === true) return await demand(work, blob);
  await stream(work, blob);
  done("streamed");
}

/** In a dry run: what would be sent has to be there. */
async function demand(work: CopyWork, blob: WireDescriptor): Promise<void> {
  const { source, from, signal } = work;
  if (!present(await from.content.has(source.repository, "blob", blob.digest, signal)))
    throw missing(`the blob ${blob.digest}`, source.repository);
}

async function tryMount(work: CopyWork, digest: Digest): Promise<boolean> {
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
async function stream(work: CopyWork, blob: WireDescriptor): Promise<void> {
  const { source, target, from, into, signal } = work;
  await keepYoungHeapSmall();
  for (let tries = 1; ; tries++) {
    // An error of the source comes back from the upload as that of a connection; what it really was is kept here.
    let fault: unknown;
    try {
      const opened = await from.content.open(source, blob.digest, signal).catch((error: unknown) => {
        fault = error;
        throw error;
      });
      const chunks = verified(opened, blob, source.repository);
      await into.upload(
        target,
        blob,
        watched(chunks, (error) => (fault = error)),
        signal,
      );
      return;
    } catch (thrown) {
      const error = asReleaseError(fault ?? thrown);
      if (error.code === "REGISTRY_NOT_FOUND")
        throw fault === undefined ? noPlace(target, error) : missing(`the blob ${blob.digest}`, source.repository);
      if (!error.retryable || tries >= 3) throw error;
      await work.clock.sleep(500 * tries, signal);
    }
  }
}

async function* watched(
  chunks: AsyncIterable<Uint8Array>,
  onError: (error: unknown) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* chunks;
  } catch (error) {
    onError(error);
    throw error;
  }
}

/** Whether a reading found something. @throws what made it unknown */
export function present(reading: Reading<number>): boolean {
  if (reading.kind === "unknown") throw reading.cause;
  return reading.kind === "found";
}

/** The error of an upload that finds no repository: ECR, other than most registries, makes none by itself. */
function noPlace(target: Repository, cause: ReleaseError): Error {
  return registryError("REGISTRY_NOT_FOUND", "state", {
    message: `${target} does not exist, or may not be seen by these credentials`,
    why: cause.message,
    fix: "create the repository, or correct its name",
    cause,
  });
}

/** The error of content that the source itself lacks. */
export function missing(what: string, why: string): Error {
  return registryError("REGISTRY_CONTENT_MISSING", "state", {
    message: `${what} is not in the source`,
    why,
    fix: "push the image again, all platforms",
  });
}
