import { describeBody, type Digest, parseDigest, parseJson, plainText, type ReleaseError } from "@lateen/kernel";
import { z } from "zod";
import { integrityError, registryError } from "../errors.ts";
import { createHash } from "../http/hash.ts";
import { buildOnce } from "./build-once.ts";
import { bareType, imageTypes, indexTypes, isSchema1 } from "./media-types.ts";

// Schemas are built when the first manifest is read: a retag inside a repository reads none.
const digestText = buildOnce((): z.ZodType<Digest, string> =>
  z.string().transform((text, context) => {
    try {
      return parseDigest(text);
    } catch {
      context.addIssue({ code: "custom", message: "not a digest" });
      return z.NEVER;
    }
  }),
);

/** A descriptor as far as it is understood; `raw` has every field that it came with. */
export interface WireDescriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
  /** Undefined if the platform is left out, or is none that an image could run on. */
  readonly platform?:
    | { readonly os: string; readonly architecture: string; readonly variant?: string | undefined }
    | undefined;
  /** Addresses from which the content may be had instead. */
  readonly urls: readonly string[];
  readonly raw: Readonly<Record<string, unknown>>;
}

/**
 * Documents of others are carried, not judged: what is not needed to copy them may be null, left out or of another type (Go writes null
 * for an empty list; image-spec: a platform is optional).
 */
const strings = buildOnce((): z.ZodType<Record<string, string>, unknown> =>
  z
    .unknown()
    .optional()
    .transform((value) =>
      typeof value === "object" && value !== null
        ? Object.fromEntries(
            Object.entries(value).flatMap(([key, entry]) =>
              typeof entry === "string" || typeof entry === "number" || typeof entry === "boolean"
                ? [[key, String(entry)]]
                : [],
            ),
          )
        : {},
    ),
);

const descriptorFields = buildOnce(() =>
  z.looseObject({
    mediaType: z.string().nullish(),
    digest: digestText(),
    size: z.number().int().nonnegative(),
    annotations: strings(),
    platform: strings(),
    urls: z.unknown().optional(),
  }),
);

const descriptor = buildOnce((): z.ZodType<WireDescriptor, unknown> =>
  z.looseObject({}).transform((raw, context) => {
    const read = descriptorFields().safeParse(raw);
    if (!read.success) {
      for (const { path, message } of read.error.issues)
        context.addIssue({ code: "custom", path: path as (string | number)[], message });
      return z.NEVER;
    }
    const { mediaType, digest, size, annotations, platform, urls } = read.data;
    const listed = Array.isArray(urls) ? urls.filter((url): url is string => typeof url === "string") : [];
    return { mediaType: mediaType ?? "", digest, size, annotations, platform: platformOf(platform), urls: listed, raw };
  }),
);

function platformOf({ os, architecture, variant }: Record<string, string>): WireDescriptor["platform"] {
  return os && architecture ? { os, architecture, variant: variant || undefined } : undefined;
}

const descriptors = buildOnce((): z.ZodType<readonly WireDescriptor[], unknown> =>
  z
    .array(descriptor())
    .nullish()
    .transform((list) => list ?? []),
);

const indexSchema = buildOnce(() =>
  z.object({ manifests: descriptors(), annotations: strings(), subject: z.unknown().optional() }),
);

const imageSchema = buildOnce(() =>
  z.object({
    config: descriptor().nullish(),
    layers: descriptors(),
    blobs: descriptors(),
    annotations: strings(),
    subject: z.unknown().optional(),
  }),
);

/** One issue is reported; the 60,000 descriptors that a manifest may have would take as many errors. */
const firstIssueOnly: object = { abortEarly: true };

/** A manifest's content, for reading only: its bytes are what is written again. */
export type ManifestContent = {
  readonly annotations: Readonly<Record<string, string>>;
  /** The manifest that this one refers to. */
  readonly subject: Digest | undefined;
} & (
  | { readonly kind: "index"; readonly manifests: readonly WireDescriptor[] }
  | { readonly kind: "image"; readonly config: WireDescriptor | undefined; readonly layers: readonly WireDescriptor[] }
);

/** The digest of `bytes` with the algorithm of `like`. */
export function digestOf(bytes: Uint8Array, like?: Digest): Digest {
  const algorithm = like?.startsWith("sha512:") === true ? "sha512" : "sha256";
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}` as Digest;
}

/**
 * The media type of a manifest, by the header and by its own word. Nothing else of it is looked at, since nothing else is needed to move it.
 *
 * Source: OCI distribution-spec, "Pulling manifests": a body whose `mediaType` disagrees with the header is refused.
 * @throws ReleaseError `MANIFEST_SCHEMA1`, `MANIFEST_TYPE_MISMATCH`, `MANIFEST_UNREADABLE`
 */
export function identifyManifest(
  bytes: Uint8Array,
  contentType: string | undefined,
  source: string,
): { readonly mediaType: string; readonly isIndex: boolean; readonly json: Readonly<Record<string, unknown>> } {
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
  const lists = "manifests" in json && (isIndex || json["manifests"] !== null);
  if (isIndex !== lists) throw mismatch(`the content is not that of ${mediaType}`, source);
  return { mediaType, isIndex, json };
}

/** Reads a manifest whose type the registry or an index has stated. @throws ReleaseError as {@link identifyManifest} */
export function readManifest(
  bytes: Uint8Array,
  contentType: string | undefined,
  source: string,
): { mediaType: string; content: ManifestContent } {
  const { mediaType, isIndex, json } = identifyManifest(bytes, contentType, source);
  return { mediaType, content: isIndex ? readIndex(json, source) : readImage(json, source) };
}

/** The digest of a manifest's `subject`; undefined if it has none that can be read. */
function subjectOf(subject: unknown): Digest | undefined {
  const read = z.object({ digest: digestText() }).safeParse(subject);
  return read.success ? read.data.digest : undefined;
}

function readIndex(json: object, source: string): ManifestContent {
  const result = indexSchema().safeParse(json, firstIssueOnly);
  if (!result.success) throw unreadable(describeIssue(result.error), source);
  const { manifests, annotations, subject } = result.data;
  return { kind: "index", manifests, annotations, subject: subjectOf(subject) };
}

function readImage(json: object, source: string): ManifestContent {
  const result = imageSchema().safeParse(json, firstIssueOnly);
  if (!result.success) throw unreadable(describeIssue(result.error), source);
  const { config, layers, blobs, annotations, subject } = result.data;
  const content = layers.length > 0 ? layers : blobs;
  return { kind: "image", config: config ?? undefined, layers: content, annotations, subject: subjectOf(subject) };
}

function parseObject(bytes: Uint8Array, source: string): Record<string, unknown> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    const value = parseJson({ text: () => text, url: "" }, z.unknown(), "a manifest");
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (cause) {
    const start = new TextDecoder().decode(bytes.subarray(0, 200));
    throw integrityError(
      "MANIFEST_UNREADABLE",
      `expected a manifest, got ${describeBody(start, undefined, bytes.length)}`,
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
