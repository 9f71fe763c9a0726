import { asReleaseError } from "@lateen/kernel";
import type { WireDescriptor } from "../model/manifest-json.ts";
import { transferBlob } from "./transfer.ts";
import { type CopyWork, missingAtSource } from "./work.ts";

/** From this size on a blob fills the line by itself: 64 MiB take a second at 500 Mbit/s. */
const largeBlobBytes = 67_108_864;

/** Facts about a blob before it is copied. */
export interface BlobOptions {
  /** True if the target holds a manifest that lists it. */
  readonly isHeld: boolean;
  /** Sends it although the target says that it holds it. */
  readonly force: boolean;
}

/** Copies one blob: not at all if it is there or under way, by a mount within a registry, as a stream otherwise. */
export async function copyBlob(work: CopyWork, blob: WireDescriptor, options: BlobOptions): Promise<void> {
  const limit = blob.size < largeBlobBytes ? work.limits.small : work.limits.large;
  const known = options.force ? undefined : work.blobs.get(blob.digest);
  const copied = known ?? limit(() => copyOnce(work, blob, options));
  work.blobs.set(blob.digest, copied);
  await copied;
}

async function copyOnce(work: CopyWork, blob: WireDescriptor, { isHeld, force }: BlobOptions): Promise<void> {
  const { digest, size: bytes } = blob;
  const done = (how: "present" | "mounted" | "streamed"): void =>
    work.report({ type: "blob-copied", repository: work.target, digest, bytes, how });
  const mounts = work.sameRegistry && work.dryRun !== true && !force;
  // A mount answers for a blob that is there already as well; one that is most likely there is looked at first.
  if (mounts && !isHeld && (await tryMount(work, blob))) return done("mounted");
  if (!force && (await isPresent(work, blob))) return done("present");
  if (mounts && isHeld && (await tryMount(work, blob))) return done("mounted");
  if (await isElsewhere(work, blob)) return;
  if (work.dryRun === true) return await requireBlob(work, blob);
  await transferBlob(work, blob, force);
  done("streamed");
}

/** A presence that cannot be read (405, a signed address that refuses HEAD, 500) is none: sending a blob once more does no harm. */
async function isPresent({ into, target, signal }: CopyWork, { digest }: WireDescriptor): Promise<boolean> {
  return (await into.has(target, "blob", digest, signal)).kind === "found";
}

/** A layer that its vendor keeps (image-spec, layer.md, "Non-Distributable Layers"): it has addresses, and the source does not store it. */
async function isElsewhere({ from, source, signal }: CopyWork, { digest, urls }: WireDescriptor): Promise<boolean> {
  return urls.length > 0 && (await from.content.has(source.repository, "blob", digest, signal)).kind === "absent";
}

/** In a dry run: content that would be sent has to be there. */
async function requireBlob({ from, source, signal }: CopyWork, { digest }: WireDescriptor): Promise<void> {
  const reading = await from.content.has(source.repository, "blob", digest, signal);
  if (reading.kind === "unknown") throw reading.cause;
  if (reading.kind === "absent") throw missingAtSource(`the blob ${digest}`, source.repository);
}

async function tryMount(work: CopyWork, blob: WireDescriptor): Promise<boolean> {
  const { into, target, source, signal } = work;
  try {
    if (!(await into.mount(target, blob.digest, source.repository, signal))) return false;
  } catch (thrown) {
    const error = asReleaseError(thrown);
    if (error.category === "interrupted" || error.category === "bug") throw error;
    // A mount saves a transfer; whatever the registry has against it, the bytes can still be sent.
    return false;
  }
  // There are registries that answer 201 and mount nothing.
  return (await into.has(target, "blob", blob.digest, signal)).kind !== "absent";
}
