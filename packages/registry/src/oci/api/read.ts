import {
  absent,
  asReleaseError,
  type Digest,
  found,
  type HttpResponse,
  type ImageRef,
  isReleaseError,
  parseDigest,
  plainText,
  type Reading,
  unknown,
} from "@lateen/kernel";
import { integrityError, registryError } from "../../errors.ts";
import { digestOf, identifyManifest } from "../../model/manifest-json.ts";
import { acceptManifests, bareType, imageTypes, indexTypes } from "../../model/media-types.ts";
import { bodyLimits } from "../../policy.ts";
import type { Descriptor, Manifest } from "../../model/registry.ts";
import type { Exchange, OciRequest } from "../transport/exchange.ts";

/**
 * The descriptor that a reference names, by HEAD; by GET if the answer to HEAD is not complete, or is one that only a body explains.
 *
 * Absence is always proven by GET: there are registries and proxies that answer 404 to the HEAD of a manifest that is there
 * (crazy-max/diun#1614), and a promotion that takes it for absence would move a tag backwards.
 */
export async function resolve(exchange: Exchange, ref: ImageRef, signal?: AbortSignal): Promise<Reading<Descriptor>> {
  try {
    const response = await exchange.request(manifestRequest("HEAD", ref), 0, signal);
    const descriptor = describe(response, ref);
    if (descriptor !== undefined) return found(descriptor);
  } catch (error) {
    // A HEAD has no body, and a 403 of GHCR means two things: only a GET shows which (containerd does the same). And some
    // servers do not support HEAD (405, 501).
    const ambiguous = ["REGISTRY_NOT_FOUND", "REGISTRY_DENIED", "REGISTRY_REQUEST_REFUSED"];
    if (!isReleaseError(error) || !ambiguous.includes(error.code)) return failed(error);
  }
  const reading = await readBytes(exchange, ref, signal);
  if (reading.kind !== "found") return reading;
  const { bytes: _bytes, ...descriptor } = reading.value;
  return found(descriptor);
}

/** The manifest that a reference names; hashed, and compared with the reference and with the header. */
export async function readBytes(exchange: Exchange, ref: ImageRef, signal?: AbortSignal): Promise<Reading<Manifest>> {
  try {
    const response = await exchange.request(manifestRequest("GET", ref), bodyLimits.manifest, signal);
    const { bytes, url } = response;
    const { mediaType } = identifyManifest(bytes, response.header("content-type"), url);
    const digest = digestOf(bytes, ref.digest);
    if (ref.digest !== undefined && digest !== ref.digest)
      throw mismatch(`the bytes hash to ${digest}, not to ${ref.digest}`, url);
    compareHeader(response, bytes);
    return found({ digest, mediaType, size: bytes.length, bytes });
  } catch (error) {
    return failed(error);
  }
}

/** The path of a reference within its registry. @throws ReleaseError `REGISTRY_REFERENCE_OPEN` */
export function manifestPath(ref: ImageRef): string {
  const name = ref.digest ?? ref.tag;
  if (name !== undefined) return `/v2/${ref.path}/manifests/${name}`;
  throw registryError("REGISTRY_REFERENCE_OPEN", "input", {
    message: `${ref.repository} names no tag and no digest`,
    fix: "write host/repository:tag or host/repository@sha256:…",
  });
}

function manifestRequest(method: string, ref: ImageRef): OciRequest {
  return {
    method,
    path: manifestPath(ref),
    need: { repository: ref.path, actions: "pull" },
    headers: { accept: acceptManifests },
  };
}

/** Descriptor from the headers of HEAD, or undefined if something is missing or strange and only the bytes can decide. */
function describe(response: HttpResponse, ref: ImageRef): Descriptor | undefined {
  const digest = headerDigest(response);
  const mediaType = bareType(response.header("content-type"));
  const length = response.header("content-length") ?? "";
  const algorithm = ref.digest?.split(":")[0] ?? "sha256";
  if (digest === undefined || !digest.startsWith(`${algorithm}:`) || !/^\d{1,9}$/.test(length)) return undefined;
  if (![...indexTypes, ...imageTypes].includes(mediaType)) return undefined;
  if (ref.digest !== undefined && digest !== ref.digest)
    throw mismatch(`the header says ${digest}, not ${ref.digest}`, response.url);
  return { digest, mediaType, size: Number(length) };
}

/** Source: OCI distribution-spec, "Pulling manifests": the header may use another algorithm than the reference. */
function compareHeader(response: HttpResponse, bytes: Uint8Array): void {
  const stated = headerDigest(response);
  if (stated === undefined) return;
  const digest = digestOf(bytes, stated);
  if (digest !== stated) throw mismatch(`the bytes hash to ${digest}, the header says ${stated}`, response.url);
}

function headerDigest(response: HttpResponse): Digest | undefined {
  const text = response.header("docker-content-digest")?.trim();
  if (text === undefined || text === "") return undefined;
  try {
    return parseDigest(text);
  } catch (cause) {
    throw integrityError(
      "MANIFEST_DIGEST_MISMATCH",
      `the digest header is not a digest: ${plainText(text, 100)}`,
      response.url,
      cause,
    );
  }
}

function mismatch(message: string, url: string): Error {
  return integrityError("MANIFEST_DIGEST_MISMATCH", `the manifest fails its integrity check: ${message}`, url);
}

function failed(thrown: unknown): Reading<never> {
  const error = asReleaseError(thrown);
  if (error.category === "interrupted" || error.category === "bug" || error.category === "input") throw error;
  return error.code === "REGISTRY_NOT_FOUND"
    ? absent(`${error.message} at ${error.why ?? "the registry"}`)
    : unknown(error);
}
