import { createHash } from "node:crypto";
import { type Digest, parseDigest, plainText, type ReleaseError } from "@lateen/kernel";
import { z } from "zod";
import { integrityError, registryError } from "../errors.ts";
import { bareType, imageTypes, indexTypes, isSchema1 } from "./media-types.ts";

const digestText: z.ZodType<Digest, string> = z.string().transform((text, context) => {
  try {
    return parseDigest(text);
  } catch {
    context.addIssue({ code: "custom", message: "not a digest" });
    return z.NEVER;
  }
});

const stringMap = z.record(z.string(), z.string());

/** A descriptor as it stands in a manifest. */
export interface WireDescriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>> | null | undefined;
  readonly platform?:
    | { readonly os: string; readonly architecture: string; readonly variant?: string | null | undefined }
    | null
    | undefined;
}

const descriptor: z.ZodType<WireDescriptor, unknown> = z.object({
  mediaType: z.string(),
  digest: digestText,
  size: z.number().int().nonnegative(),
  annotations: stringMap.nullish(),
  platform: z.object({ os: z.string(), architecture: z.string(), variant: z.string().nullish() }).nullish(),
});

const indexSchema = z.object({
  mediaType: z.string().nullish(),
  manifests: z.array(descriptor),
  annotations: stringMap.nullish(),
});

const imageSchema = z.object({
  mediaType: z.string().nullish(),
  artifactType: z.string().nullish(),
  config: descriptor.nullish(),
  layers: z.array(descriptor).nullish(),
  blobs: z.array(descriptor).nullish(),
  annotations: stringMap.nullish(),
});

/** A manifest's content, for looking only: what is written again are always its bytes. */
export type ManifestContent =
  | {
      readonly kind: "index";
      readonly manifests: readonly WireDescriptor[];
      readonly annotations: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: "image";
      readonly config: WireDescriptor | undefined;
      readonly layers: readonly WireDescriptor[];
      readonly annotations: Readonly<Record<string, string>>;
    };

/** The digest of `bytes` with the algorithm of `like`. */
export function digestOf(bytes: Uint8Array, like?: Digest): Digest {
  const algorithm = like?.startsWith("sha512:") === true ? "sha512" : "sha256";
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}` as Digest;
}

/**
 * Reads a manifest whose type the registry or an index has stated.
 *
 * Source: OCI distribution-spec, "Pulling manifests": a body whose `mediaType` disagrees with the header is refused.
 * @throws ReleaseError `MANIFEST_SCHEMA1`, `MANIFEST_TYPE_MISMATCH`, `MANIFEST_UNREADABLE`
 */
export function readManifest(
  bytes: Uint8Array,
  contentType: string | undefined,
  source: string,
): { mediaType: string; content: ManifestContent } {
  const stated = bareType(contentType);
  const json = parseObject(bytes, source);
  if (isSchema1(stated) || json["schemaVersion"] === 1) throw schema1(source);
  const named = typeof json["mediaType"] === "string" ? json["mediaType"] : undefined;
  if (stated !== "" && named !== undefined && named !== stated) {
    throw mismatch(`the header says ${plainText(stated, 100)}, the manifest ${plainText(named, 100)}`, source);
  }
  const mediaType = named ?? stated;
  const isIndex = indexTypes.includes(mediaType);
  if (!isIndex && !imageTypes.includes(mediaType))
    throw mismatch(`${plainText(mediaType, 100) || "no media type"} is not that of a manifest`, source);
  if (isIndex !== "manifests" in json) throw mismatch(`the content is not that of ${mediaType}`, source);
  return { mediaType, content: isIndex ? readIndex(json, source) : readImage(json, source) };
}

function readIndex(json: object, source: string): ManifestContent {
  const result = indexSchema.safeParse(json);
  if (!result.success) throw unreadable(describeIssue(result.error), source);
  return { kind: "index", manifests: result.data.manifests, annotations: result.data.annotations ?? {} };
}

function readImage(json: object, source: string): ManifestContent {
  const result = imageSchema.safeParse(json);
  if (!result.success) throw unreadable(describeIssue(result.error), source);
  const { config, layers, blobs, annotations } = result.data;
  return { kind: "image", config: config ?? undefined, layers: layers ?? blobs ?? [], annotations: annotations ?? {} };
}

function parseObject(bytes: Uint8Array, source: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (cause) {
    const start = new TextDecoder().decode(bytes.subarray(0, 200));
    const what = /^\s*</.test(start) ? "an HTML page" : `text that is not JSON: ${plainText(start, 60)}`;
    throw integrityError(
      "MANIFEST_UNREADABLE",
      `expected a manifest, got ${bytes.length === 0 ? "an empty body" : what}`,
      source,
      cause,
    );
  }
  throw unreadable("it is not an object", source);
}

function schema1(source: string): ReleaseError {
  return registryError("MANIFEST_SCHEMA1", "state", {
    message:
      "the image is in Docker's schema 1 format, which has no digest of its bytes and cannot be moved byte by byte",
    why: source,
    fix: "build and push the image again with a current tool; schema 1 was retired in 2019",
  });
}

function mismatch(message: string, source: string): ReleaseError {
  return integrityError("MANIFEST_TYPE_MISMATCH", `the media type does not fit: ${message}`, source);
}

function unreadable(message: string, source: string): ReleaseError {
  return integrityError("MANIFEST_UNREADABLE", `the manifest cannot be read: ${message}`, source);
}

function describeIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return plainText(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "unexpected"}`, 200);
}
