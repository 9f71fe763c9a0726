import {
  absent,
  asReleaseError,
  type Digest,
  found,
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

async function openBlob(
  exchange: Exchange,
  ref: ImageRef,
  { digest, size = 0, from = 0 }: BlobPart,
  signal: AbortSignal | undefined,
): Promise<AsyncIterable<Uint8Array>> {
  const range: Record<string, string> = from === 0 ? {} : { range: `bytes=${from}-` };
  const stream = await exchange.open(
    {
      method: "GET",
      path: `/v2/${ref.path}/blobs/${digest}`,
      need: { repository: ref.path, actions: "pull" },
      headers: range,
      deadlines: blobDeadlines(0),
      ownConnection: size >= ownConnectionBytes,
    },
    signal,
  );
  // A server that knows no ranges answers 200 with everything (RFC 9110 §14.2).
  const isRest = stream.status === 206 && (stream.header("content-range") ?? "").startsWith(`bytes ${from}-`);
  return from === 0 || isRest ? stream.chunks() : skip(stream.chunks(), from);
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
