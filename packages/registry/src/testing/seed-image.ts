import { type Digest, parseDigest } from "@lateen/kernel";
import { gzipSync } from "node:zlib";
import { type RegistryStore, sha256 } from "./store.ts";

/** The image that is made. */
export interface ImageRecipe {
  /** Path within the registry, such as `acme/platform`. */
  readonly repository: string;
  readonly tags?: readonly string[];
  /** Commit in `org.opencontainers.image.revision` of every config; undefined leaves the label out. */
  readonly revision?: string | undefined;
  /** Commit by platform, where they differ; null leaves it out for that platform. */
  readonly revisions?: Readonly<Record<string, string | null>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** One platform makes an index of one; `[]` makes a plain manifest for linux/amd64. @default ["linux/amd64", "linux/arm64"] */
  readonly platforms?: readonly string[];
  /** Adds attestation manifests, as buildx writes them. @default false */
  readonly attestations?: boolean;
  /** Annotations of the index, or of the manifest if there is no index. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** OCI or Docker media types. @default "oci" */
  readonly flavour?: "oci" | "docker";
  /** Text that distinguishes two images of the same recipe. @default the revision */
  readonly content?: string;
}

/** The image that was made. */
export interface SeededImage {
  readonly repository: string;
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly platforms: readonly { readonly platform: string; readonly digest: Digest; readonly config: Digest }[];
}

/** A place that takes blobs and manifests: a fake's store, or a registry over HTTP. */
export interface ImageSink {
  addBlob(repository: string, bytes: Uint8Array, digest?: string): unknown;
  addManifest(repository: string, bytes: Uint8Array, mediaType: string, tag?: string): unknown;
}

const types = {
  oci: {
    index: "application/vnd.oci.image.index.v1+json",
    manifest: "application/vnd.oci.image.manifest.v1+json",
    config: "application/vnd.oci.image.config.v1+json",
    layer: "application/vnd.oci.image.layer.v1.tar+gzip",
  },
  docker: {
    index: "application/vnd.docker.distribution.manifest.list.v2+json",
    manifest: "application/vnd.docker.distribution.manifest.v2+json",
    config: "application/vnd.docker.container.image.v1+json",
    layer: "application/vnd.docker.image.rootfs.diff.tar.gzip",
  },
} as const;

/** Makes a real image, with gzipped layers and an index, in the store of a fake registry. */
export async function seedImage(
  registry: { readonly store: RegistryStore },
  recipe: ImageRecipe,
): Promise<SeededImage> {
  return await writeImage(registry.store, recipe);
}

/** Makes the image in any sink. */
export async function writeImage(sink: ImageSink, recipe: ImageRecipe): Promise<SeededImage> {
  const { repository, tags = [], platforms = ["linux/amd64", "linux/arm64"], flavour = "oci", annotations } = recipe;
  const type = types[flavour];
  const children = [];
  for (const platform of platforms.length === 0 ? ["linux/amd64"] : platforms) {
    children.push(await writeChild(sink, recipe, platform, platforms.length === 0 ? annotations : undefined));
  }
  const [only] = children;
  if (platforms.length === 0 && only !== undefined)
    return await top(sink, repository, only.bytes, type.manifest, tags, children);
  const attestations =
    recipe.attestations === true
      ? await Promise.all(children.map((child) => writeAttestation(sink, repository, child)))
      : [];
  const manifests = [
    ...children.map(({ platform, digest, bytes }) => ({
      mediaType: type.manifest,
      digest,
      size: bytes.length,
      platform: platformOf(platform),
    })),
    ...attestations,
  ];
  const index = encode({
    schemaVersion: 2,
    mediaType: type.index,
    manifests,
    ...(annotations === undefined ? {} : { annotations }),
  });
  return await top(sink, repository, index, type.index, tags, children);
}

interface Child {
  readonly platform: string;
  readonly digest: Digest;
  readonly config: Digest;
  readonly bytes: Buffer;
}

async function writeChild(
  sink: ImageSink,
  recipe: ImageRecipe,
  platform: string,
  annotations: ImageRecipe["annotations"],
): Promise<Child> {
  const { repository, labels = {}, flavour = "oci" } = recipe;
  const type = types[flavour];
  const own = recipe.revisions?.[platform];
  const revision = own === null ? undefined : (own ?? recipe.revision);
  const tar = Buffer.alloc(1024, `${platform} ${recipe.content ?? revision ?? "no revision"} `);
  const layer = gzipSync(tar);
  const Labels = { ...labels, ...(revision === undefined ? {} : { "org.opencontainers.image.revision": revision }) };
  const config = encode({
    ...platformOf(platform),
    config: { Labels },
    rootfs: { type: "layers", diff_ids: [sha256(tar)] },
    history: [],
  });
  await sink.addBlob(repository, layer);
  await sink.addBlob(repository, config);
  const bytes = encode({
    schemaVersion: 2,
    mediaType: type.manifest,
    config: describe(type.config, config),
    layers: [describe(type.layer, layer)],
    ...(annotations === undefined ? {} : { annotations }),
  });
  await sink.addManifest(repository, bytes, type.manifest);
  return { platform, digest: digestOf(bytes), config: digestOf(config), bytes };
}

/** Source: docs.docker.com, "Image attestation storage". */
async function writeAttestation(sink: ImageSink, repository: string, child: Child): Promise<object> {
  const config = encode({
    architecture: "unknown",
    os: "unknown",
    config: {},
    rootfs: { type: "layers", diff_ids: [] },
  });
  const layer = encode({ _type: "https://in-toto.io/Statement/v0.1", subject: [{ digest: child.digest }] });
  await sink.addBlob(repository, config);
  await sink.addBlob(repository, layer);
  const mediaType = types.oci.manifest;
  const bytes = encode({
    schemaVersion: 2,
    mediaType,
    config: describe(types.oci.config, config),
    layers: [describe("application/vnd.in-toto+json", layer)],
  });
  await sink.addManifest(repository, bytes, mediaType);
  const annotations = {
    "vnd.docker.reference.type": "attestation-manifest",
    "vnd.docker.reference.digest": child.digest,
  };
  return { ...describe(mediaType, bytes), annotations, platform: { architecture: "unknown", os: "unknown" } };
}

async function top(
  sink: ImageSink,
  repository: string,
  bytes: Buffer,
  mediaType: string,
  tags: readonly string[],
  children: readonly Child[],
): Promise<SeededImage> {
  await sink.addManifest(repository, bytes, mediaType);
  for (const tag of tags) await sink.addManifest(repository, bytes, mediaType, tag);
  const platforms = children.map(({ platform, digest, config }) => ({ platform, digest, config }));
  return { repository, digest: digestOf(bytes), mediaType, bytes, platforms };
}

function platformOf(text: string): { os: string; architecture: string; variant?: string } {
  const [os = "linux", architecture = "amd64", variant] = text.split("/");
  return { architecture, os, ...(variant === undefined ? {} : { variant }) };
}

function describe(mediaType: string, bytes: Buffer): { mediaType: string; digest: Digest; size: number } {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

function digestOf(bytes: Buffer): Digest {
  return parseDigest(sha256(bytes));
}

/** Indented as buildx does it, so that parsing and writing it again changes the digest. */
function encode(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value, null, 2));
}
