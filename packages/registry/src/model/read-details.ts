import {
  asReleaseError,
  type Digest,
  found,
  type ImageRef,
  parseJson,
  plainText,
  type Reading,
  type ReleaseError,
  unknown,
} from "@lateen/kernel";
import { z } from "zod";
import { integrityError } from "../errors.ts";
import { buildOnce } from "./build-once.ts";
import { type ManifestContent, readManifest, type WireDescriptor } from "./manifest-json.ts";
import { imageConfigTypes, imageTypes, indexTypes } from "./media-types.ts";
import type { ImageDetails, Manifest, PlatformImage } from "./registry.ts";

/** Reads needed to follow an image down to its configs. */
export interface DetailsSource {
  manifest(ref: ImageRef, signal?: AbortSignal): Promise<Reading<Manifest>>;
  /** The bytes of a config, at most 4 MiB, their digest checked. */
  config(ref: ImageRef, digest: Digest, signal?: AbortSignal): Promise<Reading<Uint8Array>>;
}

/** Nested indexes followed; the specification sets no limit, and no registry was seen with more than two. */
const deepestIndex = 4;

const configSchema = buildOnce(() =>
  z.object({
    os: z.string().nullish(),
    architecture: z.string().nullish(),
    variant: z.string().nullish(),
    // Go's tools read a label that is null as one that is not there.
    config: z.object({ Labels: z.record(z.string(), z.unknown()).nullish() }).nullish(),
  }),
);

/** Reads a manifest, the manifests that it lists and all their configs; one that cannot be read makes the whole unknown. */
export async function readDetails(
  source: DetailsSource,
  ref: ImageRef,
  signal?: AbortSignal,
): Promise<Reading<ImageDetails>> {
  const top = await source.manifest(ref, signal);
  if (top.kind !== "found") return top;
  const { bytes: _bytes, ...descriptor } = top.value;
  try {
    const { content } = readManifest(top.value.bytes, top.value.mediaType, ref.repository);
    const images = await readImages(
      source,
      ref,
      { digest: top.value.digest, content, listed: undefined, depth: 0 },
      signal,
    );
    return found({ ...descriptor, annotations: content.annotations, images });
  } catch (error) {
    return unknown(asReleaseError(error));
  }
}

interface Node {
  readonly digest: Digest;
  readonly content: ManifestContent;
  /** The descriptor of the index that lists it. */
  readonly listed: WireDescriptor | undefined;
  readonly depth: number;
}

async function readImages(
  source: DetailsSource,
  ref: ImageRef,
  node: Node,
  signal: AbortSignal | undefined,
): Promise<PlatformImage[]> {
  if (node.content.kind === "image") return [await readImage(source, ref, node, node.content.config, signal)];
  if (node.depth >= deepestIndex)
    throw integrityError("MANIFEST_UNREADABLE", "the indexes are nested too deeply", ref.repository);
  const children = node.content.manifests.filter(isRealPlatform);
  const lists = await Promise.all(children.map((child) => readChild(source, ref, child, node.depth + 1, signal)));
  return lists.flat();
}

async function readChild(
  source: DetailsSource,
  ref: ImageRef,
  listed: WireDescriptor,
  depth: number,
  signal: AbortSignal | undefined,
): Promise<PlatformImage[]> {
  const child = must(
    await source.manifest({ ...ref, tag: undefined, digest: listed.digest }, signal),
    "a manifest that the index lists",
  );
  const { content } = readManifest(child.bytes, listed.mediaType, ref.repository);
  return await readImages(source, ref, { digest: child.digest, content, listed, depth }, signal);
}

async function readImage(
  source: DetailsSource,
  ref: ImageRef,
  node: Node,
  config: WireDescriptor | undefined,
  signal: AbortSignal | undefined,
): Promise<PlatformImage> {
  const annotations = { ...node.listed?.annotations, ...node.content.annotations };
  const listed = node.listed?.platform;
  if (config === undefined || !imageConfigTypes.includes(config.mediaType)) {
    return {
      digest: node.digest,
      config: undefined,
      platform: listed === undefined ? undefined : formatPlatform(listed),
      annotations,
      labels: {},
    };
  }
  const bytes = must(await source.config(ref, config.digest, signal), "the config of an image");
  const parsed = parseConfig(bytes, ref.repository);
  const platform =
    listed ??
    (parsed.os && parsed.architecture
      ? { os: parsed.os, architecture: parsed.architecture, variant: parsed.variant }
      : undefined);
  return {
    digest: node.digest,
    config: config.digest,
    platform: platform === undefined ? undefined : formatPlatform(platform),
    annotations,
    labels: textsOf(parsed.config?.Labels ?? {}),
  };
}

/**
 * False for what buildx adds to the images. Source: docs.docker.com, "Image attestation storage": attestation manifests
 * carry `vnd.docker.reference.type` and the platform `unknown/unknown`.
 */
function isRealPlatform(listed: WireDescriptor): boolean {
  if (![...imageTypes, ...indexTypes].includes(listed.mediaType)) return false;
  if (listed.annotations["vnd.docker.reference.type"] !== undefined) return false;
  return listed.platform?.os !== "unknown" && listed.platform?.architecture !== "unknown";
}

function textsOf(labels: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).flatMap(([key, value]) =>
      value === null || typeof value === "object" ? [] : [[key, String(value as string | number | boolean)]],
    ),
  );
}

function formatPlatform(platform: { os: string; architecture: string; variant?: string | null | undefined }): string {
  const { os, architecture, variant } = platform;
  return plainText([os, architecture, ...(variant ? [variant] : [])].join("/"), 100);
}

function parseConfig(bytes: Uint8Array, source: string): z.infer<ReturnType<typeof configSchema>> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return parseJson({ text: () => text, url: "" }, configSchema(), "a config");
  } catch (cause) {
    throw integrityError(
      "CONFIG_UNREADABLE",
      "the config of the image is not the JSON that it should be",
      source,
      cause,
    );
  }
}

function must<T>(reading: Reading<T>, what: string): T {
  if (reading.kind === "found") return reading.value;
  if (reading.kind === "unknown") throw reading.cause satisfies ReleaseError;
  throw integrityError("MANIFEST_UNREADABLE", `${what} is missing`, plainText(reading.proof, 200));
}
