import {
  absent,
  asReleaseError,
  type Digest,
  found,
  parseImageRef,
  type Reading,
  type Repository,
  unknown,
} from "@lateen/kernel";
import type { ContentStore } from "../../model/adapter.ts";
import { registryError } from "../../errors.ts";
import { acceptManifests } from "../../model/media-types.ts";
import { blobDeadlines, bodyLimits } from "../../policy.ts";
import type { Exchange } from "../transport/exchange.ts";
import { write } from "./put.ts";
import { readReferrers } from "./referrers.ts";
import { beginUpload, cancelUpload, withDigest } from "./upload.ts";

/** Content by digest over the OCI distribution protocol. */
export function createContent(exchange: Exchange): ContentStore {
  return {
    has: (repository, kind, digest, signal) => has(exchange, repository, kind, digest, signal),
    async open(ref, digest, signal) {
      const request = {
        method: "GET",
        path: `/v2/${ref.path}/blobs/${digest}`,
        need: { repository: ref.path, actions: "pull" as const },
        deadlines: blobDeadlines,
      };
      return (await exchange.open(request, signal)).chunks();
    },
    async mount(repository, digest, from, signal) {
      const path = pathOf(repository);
      const upload = await beginUpload(exchange, path, signal, { digest, from: pathOf(from) });
      if (upload.kind === "mounted") return true;
      await cancelUpload(exchange, path, upload.location, signal);
      return false;
    },
    async upload(repository, blob, chunks, signal) {
      const path = pathOf(repository);
      const upload = await beginUpload(exchange, path, signal);
      if (upload.kind === "mounted") return;
      const response = await exchange.request(
        {
          method: "PUT",
          path: withDigest(upload.location, blob.digest),
          need: { repository: path, actions: "pull,push" },
          headers: { "content-type": "application/octet-stream", "content-length": String(blob.size) },
          body: () => ReadableStream.from(chunks),
          deadlines: blobDeadlines,
        },
        bodyLimits.error,
        signal,
      );
      if (response.status === 201 || response.status === 204) return;
      throw registryError("REGISTRY_REQUEST_REFUSED", "unavailable", {
        message: `an upload ended with HTTP ${response.status}`,
        why: response.url,
      });
    },
    referrers: (repository, digest, signal) => readReferrers(exchange, repository, digest, signal),
    async store(repository, manifest, signal) {
      const cause = await write(exchange, pathOf(repository), manifest.digest, manifest, signal);
      if (cause !== undefined) throw cause;
    },
  };
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
