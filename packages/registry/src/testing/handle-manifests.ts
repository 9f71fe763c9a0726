import { failure, json, type Received, type Reply, reply } from "./reply.ts";
import { type RegistryStore, sha256, sha512, type StoredRepository } from "./store.ts";

/** Longest manifest that is taken. Source: OCI distribution-spec, "Pushing Manifests" (at least 4 MiB). */
const longestManifest = 4 * 1024 * 1024;

/** Behaviour of the fake registry for manifests. */
export interface ManifestOptions {
  /** True if several `tag` parameters are understood and answered with `OCI-Tag`. */
  readonly multiTag: boolean;
  readonly wantsSubject?: boolean;
  readonly tagsOfDigests?: boolean;
  readonly missingContent?: 400 | 404;
}

/** GET, HEAD, PUT and DELETE of `/v2/<name>/manifests/<reference>`. */
export function handleManifest(
  store: RegistryStore,
  name: string,
  reference: string,
  request: Received,
  options: ManifestOptions,
): Reply {
  const repository = store.repositories.get(name);
  if (request.method === "PUT") return putManifest(store, name, reference, request, options);
  const ofDigest = options.tagsOfDigests === true ? /^sha256-[0-9a-f]{64}$/.exec(reference)?.[0] : undefined;
  const tagged = ofDigest === undefined ? repository?.tags.get(reference) : ofDigest.replace("-", ":");
  const digest = reference.includes(":") ? reference : tagged;
  const found = digest === undefined ? undefined : repository?.manifests.get(digest);
  if (repository === undefined) return failure(404, "NAME_UNKNOWN", "repository name not known to registry");
  if (digest === undefined || found === undefined) return failure(404, "MANIFEST_UNKNOWN", "manifest unknown");
  if (request.method === "DELETE") return deleteManifest(repository, reference, digest);
  if (request.method !== "GET" && request.method !== "HEAD") return failure(405, "UNSUPPORTED", "method not allowed");
  const headers = {
    "content-type": found.mediaType,
    "docker-content-digest": digest,
    etag: `"${digest}"`,
    "content-length": String(found.bytes.length),
  };
  return reply(200, headers, found.bytes);
}

function putManifest(
  store: RegistryStore,
  name: string,
  reference: string,
  request: Received,
  options: ManifestOptions,
): Reply {
  const { body } = request;
  const digest = reference.startsWith("sha512:") ? sha512(body) : sha256(body);
  const mediaType = (request.headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
  if (body.length > longestManifest) return failure(413, "SIZE_INVALID", "manifest too large");
  if (reference.includes(":") && reference !== digest)
    return failure(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
  const problem = checkContent(store.repository(name), body, mediaType, options);
  if (problem !== undefined) return problem;
  store.addManifest(name, body, mediaType, reference.includes(":") ? undefined : reference);
  if (reference.startsWith("sha512:")) store.repository(name).manifests.set(digest, { bytes: body, mediaType });
  const tags = options.multiTag && reference.includes(":") ? request.url.searchParams.getAll("tag") : [];
  for (const tag of tags) store.setTag(name, tag, digest);
  const subject = store.repository(name).manifests.get(digest)?.subject;
  return reply(201, {
    location: `/v2/${name}/manifests/${digest}`,
    "docker-content-digest": digest,
    ...(tags.length === 0 ? {} : { "oci-tag": tags.join(", ") }),
    ...(subject === undefined ? {} : { "oci-subject": subject }),
  });
}

/** A manifest is taken only if its type fits and everything that it lists is there. */
function checkContent(
  repository: StoredRepository,
  body: Buffer,
  mediaType: string,
  { wantsSubject, missingContent = 400 }: ManifestOptions,
): Reply | undefined {
  let manifest: {
    mediaType?: string;
    config?: { digest: string };
    layers?: { digest: string; urls?: string[] }[];
    manifests?: { digest: string }[] | null;
    subject?: { digest: string };
  };
  try {
    manifest = JSON.parse(body.toString("utf8")) as typeof manifest;
  } catch {
    return failure(400, "MANIFEST_INVALID", "manifest invalid");
  }
  if (manifest.mediaType !== undefined && manifest.mediaType !== mediaType)
    return failure(400, "MANIFEST_INVALID", "media type disagrees");
  const { subject } = manifest;
  if (wantsSubject === true && subject !== undefined && !repository.manifests.has(subject.digest))
    return failure(404, "MANIFEST_UNKNOWN", "subject unknown");
  const own = (manifest.layers ?? []).filter(({ urls }) => urls === undefined || urls.length === 0);
  const blobs = [...(manifest.config === undefined ? [] : [manifest.config]), ...own];
  const missing = [
    ...blobs.filter((blob) => !repository.blobs.has(blob.digest)),
    ...(manifest.manifests ?? []).filter(
      (child) => !repository.manifests.has(child.digest) && !repository.blobs.has(child.digest),
    ),
  ];
  return missing[0] === undefined
    ? undefined
    : failure(missingContent, "MANIFEST_BLOB_UNKNOWN", `blob unknown to registry: ${missing[0].digest}`);
}

function deleteManifest(repository: StoredRepository, reference: string, digest: string): Reply {
  if (reference.includes(":")) repository.manifests.delete(digest);
  for (const [tag, named] of repository.tags)
    if (tag === reference || (reference.includes(":") && named === digest)) repository.tags.delete(tag);
  return reply(202);
}

/** `/v2/<name>/tags/list`, with `n` and `last`. Source: OCI distribution-spec, "Listing Tags". */
export function listTags(store: RegistryStore, name: string, query: URLSearchParams): Reply {
  const repository = store.repositories.get(name);
  if (repository === undefined) return failure(404, "NAME_UNKNOWN", "repository name not known to registry");
  const last = query.get("last") ?? "";
  const left = [...repository.tags.keys()].filter((tag) => tag > last).toSorted();
  const tags = left.slice(0, Number(query.get("n") ?? left.length));
  const next = `/v2/${name}/tags/list?n=${tags.length}&last=${tags.at(-1) ?? ""}`;
  const link: Record<string, string> = tags.length < left.length ? { link: `<${next}>; rel="next"` } : {};
  return json(200, { name, tags }, link);
}

/** `/v2/<name>/referrers/<digest>`. Source: OCI distribution-spec, "Listing Referrers". */
export function listReferrers(store: RegistryStore, name: string, digest: string): Reply {
  const manifests = [...(store.repositories.get(name)?.manifests ?? [])]
    .filter(([, manifest]) => manifest.subject === digest)
    .map(([own, manifest]) => ({
      mediaType: manifest.mediaType,
      digest: own,
      size: manifest.bytes.length,
      ...describeReferrer(manifest.bytes),
    }));
  const mediaType = "application/vnd.oci.image.index.v1+json";
  return json(200, { schemaVersion: 2, mediaType, manifests }, { "content-type": mediaType });
}

function describeReferrer(bytes: Buffer): object {
  const { artifactType, config, annotations } = JSON.parse(bytes.toString("utf8")) as {
    artifactType?: string;
    config?: { mediaType?: string };
    annotations?: object;
  };
  return { artifactType: artifactType ?? config?.mediaType, ...(annotations === undefined ? {} : { annotations }) };
}
