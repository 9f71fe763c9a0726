import {
  absent,
  asReleaseError,
  type Digest,
  found,
  type HttpStream,
  type ImageRef,
  parseImageRef,
  type Reading,
  type Repository,
  unknown,
} from "@lateen/kernel";
import type { BlobPart, ContentStore } from "../../model/adapter.ts";
import { acceptManifests } from "../../model/media-types.ts";
import { blobDeadlines, ownConnectionBytes } from "../../policy.ts";
import type { Exchange } from "../transport/exchange.ts";
import { write } from "./put.ts";
import { readReferrers } from "./referrers.ts";
import { beginUpload, cancelUpload, isTooLarge, uploadInChunks, uploadWhole } from "./upload.ts";

/** Content by digest over the OCI distribution protocol. */
export function createContent(exchange: Exchange): ContentStore {
  return {
    has: (repository, kind, digest, signal) => has(exchange, repository, kind, digest, signal),
    open: (ref, blob, signal) => openBlob(exchange, ref, blob, signal),
    async mount(repository, digest, from, signal) {
      const path = pathOf(repository);
      const upload = await beginUpload(exchange, path, signal, { digest, from: pathOf(from) });
      if (upload.kind === "mounted") return true;
      await cancelUpload(exchange, path, upload.location, signal);
      return false;
    },
    async upload(repository, blob, open, signal) {
      const upload = { path: pathOf(repository), blob, open };
      if (blob.inSmallPieces === true) return await uploadInChunks(exchange, upload, signal);
      try {
        await uploadWhole(exchange, upload, signal);
      } catch (error) {
        if (!isTooLarge(error)) throw error;
        await uploadInChunks(exchange, upload, signal);
      }
    },
    referrers: (repository, digest, signal) => readReferrers(exchange, repository, digest, signal),
    async store(repository, manifest, signal) {
      const cause = await write(exchange, pathOf(repository), manifest.digest, manifest, signal);
      if (cause !== undefined) throw cause;
    },
  };
}

/** Opens a blob at a byte; a server that does not give the rest is asked for the whole, of which the beginning is skipped. */
async function openBlob(
  exchange: Exchange,
  ref: ImageRef,
  part: BlobPart,
  signal: AbortSignal | undefined,
): Promise<AsyncIterable<Uint8Array>> {
  const { from = 0 } = part;
  const whole = async () => skip((await requestBlob(exchange, ref, part, {}, signal)).chunks(), from);
  if (from === 0) return await whole();
  const rest = await requestBlob(exchange, ref, part, { range: `bytes=${from}-` }, signal).catch((error: unknown) => {
    if (!isRefused(error)) throw error;
  });
  const begin = rest === undefined ? undefined : firstByteOf(rest);
  if (rest !== undefined && begin !== undefined && begin <= from) return skip(rest.chunks(), from - begin);
  await rest?.discard();
  return await whole();
}

async function requestBlob(
  exchange: Exchange,
  ref: ImageRef,
  { digest, size = 0 }: BlobPart,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<HttpStream> {
  const request = {
    method: "GET",
    path: `/v2/${ref.path}/blobs/${digest}`,
    need: { repository: ref.path, actions: "pull" as const },
    headers,
    deadlines: blobDeadlines(0),
    ownConnection: size >= ownConnectionBytes,
  };
  return await exchange.open(request, signal);
}

/** True of an answer like 416, to which the same request without a range may be none. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && "category" in error && error.category === "state";
}

/** The place of the first byte of an answer; a server that knows no ranges answers 200 with everything (RFC 9110 §14.2, §15.3.7). */
function firstByteOf({ status, header }: HttpStream): number | undefined {
  if (status !== 206) return 0;
  const [, first] = /^bytes (\d+)-/i.exec(header("content-range") ?? "") ?? [];
  return first === undefined ? undefined : Number(first);
}

async function* skip(chunks: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  let left = bytes;
  for await (const chunk of chunks) {
    if (left < chunk.byteLength) yield left === 0 ? chunk : chunk.subarray(left);
    left = Math.max(0, left - chunk.byteLength);
  }
}

async function has(
  exchange: Exchange,
  repository: Repository,
  kind: "manifest" | "blob",
  digest: Digest,
  signal: AbortSignal | undefined,
): Promise<Reading<number>> {
  const path = pathOf(repository);
  const headers: Record<string, string> = kind === "manifest" ? { accept: acceptManifests } : {};
  try {
    const request = {
      method: "HEAD",
      path: `/v2/${path}/${kind}s/${digest}`,
      need: { repository: path, actions: "pull" as const },
      headers,
      // A presence that cannot be read means that the content is sent, so it is not worth waiting for.
      tries: 2,
    };
    const response = await exchange.request(request, 0, signal);
    return found(Number(response.header("content-length") ?? 0));
  } catch (thrown) {
    const error = asReleaseError(thrown);
    if (error.category === "interrupted" || error.category === "bug") throw error;
    return error.code === "REGISTRY_NOT_FOUND" ? absent(error.message) : unknown(error);
  }
}

/** The path of a repository within its registry. */
export function pathOf(repository: Repository): string {
  return parseImageRef(repository).path;
}
