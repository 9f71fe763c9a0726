import { randomUUID } from "node:crypto";
import { failure, type Received, type Reply, reply } from "./reply.ts";
import { type RegistryStore, sha256, sha512 } from "./store.ts";

/** GET and HEAD of `/v2/<name>/blobs/<digest>`. */
export function handleBlob(
  store: RegistryStore,
  name: string,
  digest: string,
  request: Received,
  { ranges = true }: { readonly ranges?: boolean } = {},
): Reply {
  const blob = store.repositories.get(name)?.blobs.get(digest);
  if (blob === undefined) return failure(404, "BLOB_UNKNOWN", "blob unknown to registry");
  if (request.method !== "GET" && request.method !== "HEAD") return failure(405, "UNSUPPORTED", "method not allowed");
  const headers = { "content-type": "application/octet-stream", "docker-content-digest": digest };
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers["range"] ?? "")?.[1] ?? 0);
  if (from === 0 || !ranges) return reply(200, { ...headers, "content-length": String(blob.length) }, blob);
  const rest = blob.subarray(from);
  const range = { "content-range": `bytes ${from}-${blob.length - 1}/${blob.length}` };
  return reply(206, { ...headers, ...range, "content-length": String(rest.length) }, rest);
}

/** POST of `/v2/<name>/blobs/uploads/`: a session, a mount, or a whole blob at once. */
export function beginUpload(
  store: RegistryStore,
  name: string,
  request: Received,
  quirks: { readonly pretendsToMount?: boolean; readonly beginsWith201?: boolean } = {},
): Reply {
  const { searchParams } = request.url;
  const mount = searchParams.get("mount") ?? "";
  const from = searchParams.get("from") ?? "";
  const blob = store.repositories.get(from)?.blobs.get(mount);
  if (blob !== undefined) {
    if (quirks.pretendsToMount !== true) store.repository(name).blobs.set(mount, blob);
    return created(name, mount);
  }
  const whole = searchParams.get("digest");
  if (whole !== null) return finish(store, name, whole, request.body);
  const id = randomUUID();
  store.repository(name).uploads.set(id, []);
  return session(name, id, 0, quirks.beginsWith201 === true ? 201 : 202);
}

/** PATCH, PUT, GET and DELETE of an upload session. Source: OCI distribution-spec, "Pushing a blob in chunks". */
export function handleUpload(store: RegistryStore, name: string, id: string, request: Received): Reply {
  const { uploads } = store.repository(name);
  const parts = uploads.get(id);
  if (parts === undefined) return failure(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (request.method === "DELETE") {
    uploads.delete(id);
    return reply(204);
  }
  if (request.method === "GET") return session(name, id, length, 204);
  const range = /^(\d+)-\d+$/.exec(request.headers["content-range"] ?? "");
  if (range !== null && Number(range[1]) !== length)
    return failure(416, "BLOB_UPLOAD_INVALID", "the chunk does not follow the last one");
  parts.push(request.body);
  if (request.method === "PATCH") return session(name, id, length + request.body.length, 202);
  if (request.method !== "PUT") return failure(405, "UNSUPPORTED", "method not allowed");
  uploads.delete(id);
  return finish(store, name, request.url.searchParams.get("digest") ?? "", Buffer.concat(parts));
}

function finish(store: RegistryStore, name: string, digest: string, body: Buffer): Reply {
  const seen = digest.startsWith("sha512:") ? sha512(body) : sha256(body);
  if (seen !== digest) return failure(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
  store.addBlob(name, body, digest);
  return created(name, digest);
}

function created(name: string, digest: string): Reply {
  return reply(201, { location: `/v2/${name}/blobs/${digest}`, "docker-content-digest": digest });
}

function session(name: string, id: string, length: number, status: number): Reply {
  return reply(status, {
    location: `/v2/${name}/blobs/uploads/${id}`,
    "docker-upload-uuid": id,
    range: `0-${Math.max(0, length - 1)}`,
  });
}
