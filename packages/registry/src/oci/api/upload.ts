import type { Digest } from "@lateen/kernel";
import { registryError } from "../../errors.ts";
import { blobDeadlines, bodyLimits, chunkedUpload } from "../../policy.ts";
import type { BodyStream } from "../transport/follow-redirects.ts";
import type { Exchange, OciResponse } from "../transport/exchange.ts";
import type { Need } from "../auth/token-cache.ts";

/** The answer to the request for an upload. */
export type BegunUpload =
  | { readonly kind: "mounted" }
  | { readonly kind: "session"; readonly location: string; readonly minimumChunk: number };

type Session = Extract<BegunUpload, { kind: "session" }>;

/**
 * Begins the upload of a blob, or asks to mount it from another repository of the registry.
 * Source: OCI distribution-spec, "Pushing blobs" and "Mounting a blob from another repository".
 */
export async function beginUpload(
  exchange: Exchange,
  path: string,
  signal: AbortSignal | undefined,
  mount?: { readonly digest: Digest; readonly from: string },
): Promise<BegunUpload> {
  const query = mount === undefined ? "" : `?mount=${mount.digest}&from=${encodeURIComponent(mount.from)}`;
  const response = await exchange.request(
    {
      method: "POST",
      path: `/v2/${path}/blobs/uploads/${query}`,
      need: { repository: path, actions: "pull,push", ...(mount === undefined ? {} : { from: mount.from }) },
      headers: { "content-length": "0" },
      writes: "blob",
      // A second session does no harm: registries drop sessions that are not finished.
      repeatable: true,
    },
    bodyLimits.error,
    signal,
  );
  if (response.status === 201 && mount !== undefined) return { kind: "mounted" };
  const location = locationOf(response);
  // Some registries begin with 201 what the specification begins with 202.
  if ((response.status === 202 || response.status === 201) && location !== undefined) {
    const minimum = Number(response.header("oci-chunk-min-length") ?? 0);
    return { kind: "session", location, minimumChunk: Number.isFinite(minimum) ? minimum : 0 };
  }
  throw registryError("REGISTRY_REQUEST_REFUSED", "unavailable", {
    message: `the registry began no upload (HTTP ${response.status})`,
    why: response.url,
    retryable: false,
  });
}

/** Cancels an upload. @throws ReleaseError if the registry cannot; it then drops the session by itself later */
export async function cancelUpload(
  exchange: Exchange,
  path: string,
  location: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await exchange.request(
    { method: "DELETE", path: location, need: { repository: path, actions: "pull,push" }, repeatable: true, tries: 1 },
    bodyLimits.error,
    signal,
  );
}

/** A blob on its way to a registry. */
export interface BlobUpload {
  readonly path: string;
  readonly blob: { readonly digest: Digest; readonly size: number; readonly inSmallPieces?: boolean | undefined };
  /** Opens the content from its beginning; called again if a redirect or a proxy makes it necessary. */
  readonly open: () => BodyStream;
}

/** Sends a blob in one request. */
export async function uploadWhole(
  exchange: Exchange,
  { path, blob, open }: BlobUpload,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { location } = await beginSession(exchange, path, blob.digest, signal);
  const response = await exchange.request(
    {
      method: "PUT",
      path: withDigest(location, blob.digest),
      need: { repository: path, actions: "pull,push" },
      headers: { "content-type": "application/octet-stream", "content-length": String(blob.size) },
      body: open,
      writes: "blob",
      deadlines: blobDeadlines(blob.size),
    },
    bodyLimits.error,
    signal,
  );
  requireStored(response);
}

/**
 * Sends a blob in pieces, for registries behind a proxy that limits a request: the piece shrinks until it is let through.
 * Source: OCI distribution-spec, "Pushing a blob in chunks".
 */
export async function uploadInChunks(
  exchange: Exchange,
  { path, blob, open }: BlobUpload,
  signal: AbortSignal | undefined,
): Promise<void> {
  const session = await beginSession(exchange, path, blob.digest, signal);
  const need = { repository: path, actions: "pull,push" as const };
  const reader = createChunkReader(open());
  try {
    const firstBytes = blob.inSmallPieces === true ? chunkedUpload.smallBytes : chunkedUpload.firstBytes;
    const location = await sendChunks(exchange, { session, need, size: blob.size, firstBytes }, reader, signal);
    const finish = { method: "PUT", path: withDigest(location, blob.digest), need, headers: { "content-length": "0" } };
    const deadlines = blobDeadlines(blob.size);
    requireStored(await exchange.request({ ...finish, writes: "blob", deadlines }, bodyLimits.error, signal));
  } finally {
    await reader.end();
  }
}

interface ChunkedUpload {
  readonly session: Session;
  readonly need: Need;
  /** Size of the whole in bytes. */
  readonly size: number;
  /** Size of the first piece in bytes. */
  readonly firstBytes: number;
}

/** @returns the address that finishes the upload */
async function sendChunks(
  exchange: Exchange,
  { session, need, size, firstBytes }: ChunkedUpload,
  reader: ChunkReader,
  signal: AbortSignal | undefined,
): Promise<string> {
  let { location } = session;
  let length = Math.max(firstBytes, session.minimumChunk);
  for (let at = 0; at < size;) {
    const chunk = await reader.peek(length);
    if (chunk.byteLength === 0) break;
    const headers = {
      "content-type": "application/octet-stream",
      "content-length": String(chunk.byteLength),
      "content-range": `${at}-${at + chunk.byteLength - 1}`,
    };
    const sent = {
      method: "PATCH",
      path: location,
      need,
      headers,
      body: chunk,
      writes: "blob",
      deadlines: blobDeadlines(chunk.byteLength),
    } as const;
    const response = await exchange.request(sent, bodyLimits.error, signal).catch((error: unknown) => {
      const shorter = Math.floor(length / 4);
      if (!isTooLarge(error) || shorter < Math.max(chunkedUpload.smallestBytes, session.minimumChunk)) throw error;
      length = shorter;
    });
    if (response === undefined) continue;
    location = locationOf(response) ?? location;
    at += chunk.byteLength;
    reader.take(chunk.byteLength);
  }
  return location;
}

/** True for the error of a request whose body a registry, or a proxy in front of it, does not take. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "REGISTRY_TOO_LARGE";
}

async function beginSession(
  exchange: Exchange,
  path: string,
  digest: Digest,
  signal: AbortSignal | undefined,
): Promise<Session> {
  const upload = await beginUpload(exchange, path, signal);
  if (upload.kind === "session") return upload;
  throw registryError("REGISTRY_REQUEST_REFUSED", "unavailable", { message: `no upload was begun for ${digest}` });
}

function requireStored(response: OciResponse): void {
  if (response.status === 201 || response.status === 204) return;
  throw registryError("REGISTRY_REQUEST_REFUSED", "unavailable", {
    message: `an upload ended with HTTP ${response.status}`,
    why: response.url,
  });
}

/** The whole address, also if the registry gave a part of it. */
function locationOf(response: OciResponse): string | undefined {
  const location = response.header("location");
  return location !== undefined && URL.canParse(location, response.address.href)
    ? new URL(location, response.address).href
    : undefined;
}

/** The address that finishes an upload; what the registry wrote is left as it is, since it may be signed. */
function withDigest(location: string, digest: Digest): string {
  return `${location}${location.includes("?") ? "&" : "?"}digest=${encodeURIComponent(digest)}`;
}

interface ChunkReader {
  /** The next `length` bytes, or fewer at the end; they stay next until they are taken. */
  peek(length: number): Promise<Uint8Array>;
  take(length: number): void;
  /** Discards what was not read. */
  end(): Promise<void>;
}

function createChunkReader(stream: BodyStream): ChunkReader {
  const reader = stream[Symbol.asyncIterator]();
  let held: Uint8Array[] = [];
  let bytes = 0;
  return {
    async peek(length) {
      while (bytes < length) {
        const next = await reader.next();
        if (next.done === true) break;
        held.push(next.value);
        bytes += next.value.byteLength;
      }
      const all = held.length === 1 ? (held[0] as Uint8Array) : Buffer.concat(held);
      held = [all];
      return all.subarray(0, length);
    },
    take(length) {
      const rest = Buffer.concat(held).subarray(length);
      held = [rest];
      bytes = rest.byteLength;
    },
    end: async () => void (await reader.return?.()),
  };
}
