import { asReleaseError, type ReleaseError, type Repository } from "@lateen/kernel";
import { registryError } from "../errors.ts";
import type { WireDescriptor } from "../model/manifest-json.ts";
import { ownPiece } from "../http/own-pieces.ts";
import { keepYoungHeapSmall } from "./limit-semi-space.ts";
import { verified } from "./verify-stream.ts";
import { type CopyWork, missingAtSource } from "./work.ts";

/** Uploads of one blob, each from its beginning; the last one in small pieces. */
const uploads = 3;

/** Requests to the source in a row that bring no byte. */
const fruitlessReads = 3;

/**
 * Sends a blob, and again from its beginning if the connection to the target breaks or the target loses the upload.
 *
 * @param isDoubted - True if the target says that it holds the blob and does not, so that it is not asked again.
 * @throws ReleaseError of either side
 */
export async function transferBlob(work: CopyWork, blob: WireDescriptor, isDoubted: boolean): Promise<void> {
  await keepYoungHeapSmall();
  // Asked for while the upload is begun: that saves a round trip.
  const ahead = openAhead(work, blob);
  try {
    await sendBlob(work, blob, { first: ahead.take, isDoubted });
  } finally {
    ahead.drop();
  }
}

async function sendBlob(
  work: CopyWork,
  blob: WireDescriptor,
  { first, isDoubted }: { readonly first: () => Opened | undefined; readonly isDoubted: boolean },
): Promise<void> {
  for (let tries = 1; ; tries++) {
    // An error of the source comes back from the upload as that of a connection; the original is kept here.
    let fault: unknown;
    const open = () =>
      keepFault(verified(readOn(work, blob, first()), blob, work.source.repository), (error) => (fault = error));
    try {
      return await work.into.upload(work.target, { ...blob, inSmallPieces: tries === uploads }, open, work.signal);
    } catch (thrown) {
      const error = asReleaseError(fault ?? thrown);
      if (error.code === "REGISTRY_NOT_FOUND")
        throw fault === undefined ? noPlace(work.target, error) : noBlob(work, blob);
      if (!error.retryable || tries >= uploads) throw error;
      await work.clock.sleep(500 * tries, work.signal);
      // It may be that only the answer was lost.
      if (fault === undefined && !isDoubted && (await isStored(work, blob))) return;
    }
  }
}

async function isStored({ into, target, signal }: CopyWork, { digest }: WireDescriptor): Promise<boolean> {
  return (await into.has(target, "blob", digest, signal)).kind === "found";
}

/** The bytes of a blob as they arrive. */
type Opened = Promise<AsyncIterable<Uint8Array>>;

/** A blob that is asked for before it is needed. */
function openAhead(
  { from, source, signal }: CopyWork,
  { digest, size }: WireDescriptor,
): {
  /** The bytes, for the first who asks. */
  take(): Opened | undefined;
  /** Ends the request if they were not taken. */
  drop(): void;
} {
  let opened: Opened | undefined = from.content.open(source, { digest, size }, signal);
  opened.catch(() => undefined);
  const take = (): Opened | undefined => {
    const taken = opened;
    opened = undefined;
    return taken;
  };
  const end = async (bytes: AsyncIterable<Uint8Array>): Promise<void> => {
    // A generator that was never begun does not end what it holds.
    const iterator = bytes[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.return?.();
  };
  return {
    take,
    drop: () =>
      void take()
        ?.then(end)
        .catch(() => undefined),
  };
}

/** The bytes of a blob; after a break they continue from where they stopped. */
async function* readOn(
  work: CopyWork,
  blob: WireDescriptor,
  first: Opened | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { from, source, signal, clock } = work;
  let at = 0;
  for (let fruitless = 1; ; fruitless++) {
    const before = at;
    try {
      const opened =
        (at === 0 && fruitless === 1 ? first : undefined) ??
        from.content.open(source, { digest: blob.digest, size: blob.size, from: at }, signal);
      for await (const chunk of await opened) {
        at += chunk.byteLength;
        // A piece that came over a parser has a buffer of its own, unless it was cut out of another.
        if (chunk.byteLength === chunk.buffer.byteLength) ownPiece(chunk);
        yield chunk;
      }
      // A body without a length ends the same way if its connection breaks.
      if (at >= blob.size || at === before) return;
      fruitless = 0;
    } catch (thrown) {
      const error = asReleaseError(thrown);
      if (at > before) fruitless = 1;
      if (!error.retryable || at === 0 || fruitless >= fruitlessReads) throw error;
    }
    await clock.sleep(250 * fruitless, signal);
  }
}

async function* keepFault(
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

function noBlob({ source }: CopyWork, { digest }: WireDescriptor): Error {
  return missingAtSource(`the blob ${digest}`, source.repository);
}

/** The error of an upload that finds no repository: ECR, unlike most registries, creates none by itself. */
function noPlace(target: Repository, cause: ReleaseError): Error {
  return registryError("REGISTRY_NOT_FOUND", "state", {
    message: `${target} does not exist, or these credentials may not see it`,
    why: cause.message,
    fix: "create the repository, or correct its name",
    cause,
  });
}
