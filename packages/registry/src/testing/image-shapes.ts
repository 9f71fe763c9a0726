import { createHash } from "node:crypto";
import { type Digest, parseDigest } from "@lateen/kernel";
import type { ImageSink } from "./seed-image.ts";

/** One shape of an image or artifact that is met in the field. */
export interface ImageShape {
  readonly name: string;
  /** Outcome of a copy of it: `refused` if the source itself is not whole. */
  readonly copy: "copied" | "refused";
  /** Stores it in a repository, under the tag `shape`. */
  seed(sink: ImageSink, repository: string): Promise<SeededShape>;
}

/** The stored image. */
export interface SeededShape {
  readonly digest: Digest;
  /** Digests that have to be readable after a copy. */
  readonly manifests: readonly Digest[];
  readonly blobs: readonly Digest[];
}

const oci = "application/vnd.oci.image";
const types = {
  index: `${oci}.index.v1+json`,
  manifest: `${oci}.manifest.v1+json`,
  config: `${oci}.config.v1+json`,
  layer: `${oci}.layer.v1.tar+gzip`,
  empty: "application/vnd.oci.empty.v1+json",
  dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerConfig: "application/vnd.docker.container.image.v1+json",
  dockerLayer: "application/vnd.docker.image.rootfs.diff.tar.gzip",
} as const;

type Json = Readonly<Record<string, unknown>>;

/** Stores parts of a shape and remembers them. */
interface Builder {
  blob(mediaType: string, content: string | Json, extra?: Json, algorithm?: "sha256" | "sha512"): Promise<Json>;
  manifest(content: Json, mediaType?: string, extra?: Json): Promise<Json>;
  /** An image manifest with one layer. */
  image(name: string, extra?: Json): Promise<Json>;
  config(extra?: Json): Promise<Json>;
}

function shape(name: string, make: (build: Builder) => Promise<Json>, copy: ImageShape["copy"] = "copied"): ImageShape {
  return {
    name,
    copy,
    async seed(sink, repository) {
      const manifests: Digest[] = [];
      const blobs: Digest[] = [];
      const top = await make(createBuilder(sink, repository, manifests, blobs));
      return { digest: parseDigest(String(top["digest"])), manifests, blobs };
    },
  };
}

function createBuilder(sink: ImageSink, repository: string, manifests: Digest[], blobs: Digest[]): Builder {
  const build: Builder = {
    async blob(mediaType, content, extra = {}, algorithm = "sha256") {
      const bytes = Buffer.from(typeof content === "string" ? content : JSON.stringify(content));
      const digest = digestOf(bytes, algorithm);
      if (!blobs.includes(digest)) await sink.addBlob(repository, bytes, digest);
      blobs.push(digest);
      return { mediaType, digest, size: bytes.length, ...extra };
    },
    async manifest(content, mediaType = types.manifest, extra = {}) {
      const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...content }, null, 1));
      const digest = digestOf(bytes);
      await sink.addManifest(repository, bytes, mediaType, "shape");
      manifests.push(digest);
      return { mediaType, digest, size: bytes.length, ...extra };
    },
    async image(name, extra = {}) {
      const config = await build.config({ created_by: name });
      return await build.manifest({ config, layers: [await build.blob(types.layer, `layer of ${name}`)], ...extra });
    },
    config: (extra = {}) => build.blob(types.config, { os: "linux", architecture: "amd64", config: {}, ...extra }),
  };
  return build;
}

const platform = (architecture: string): Json => ({ platform: { os: "linux", architecture } });

/** Shapes that registries and build tools make; a copy of each is read back child by child in the tests. */
export const imageShapes: readonly ImageShape[] = [
  shape("a single manifest", (build) => build.image("single")),
  shape("a Docker list", async (build) => {
    const config = await build.blob(types.dockerConfig, { os: "linux", architecture: "amd64", config: {} });
    const layers = [await build.blob(types.dockerLayer, "a docker layer")];
    const child = await build.manifest({ config, layers }, types.dockerManifest, platform("amd64"));
    return await build.manifest({ manifests: [child] }, types.dockerList);
  }),
  shape("an index with attestations", async (build) => {
    const child = await build.image("attested");
    const statement = await build.blob("application/vnd.in-toto+json", { _type: "statement" });
    const attestation = await build.manifest({ config: await build.config({ os: "unknown" }), layers: [statement] });
    const annotations = { "vnd.docker.reference.type": "attestation-manifest" };
    return await build.manifest(
      {
        manifests: [
          { ...child, ...platform("amd64") },
          { ...attestation, annotations, ...platform("unknown") },
        ],
      },
      types.index,
    );
  }),
  shape("an index whose attestation has a subject and comes first", async (build) => {
    const child = await build.image("subject");
    const statement = await build.blob("application/vnd.in-toto+json", { _type: "statement of subject" });
    const config = await build.blob(types.empty, "{}");
    const attestation = await build.manifest({ config, layers: [statement], subject: child });
    return await build.manifest({ manifests: [attestation, { ...child, ...platform("amd64") }] }, types.index);
  }),
  shape("a Helm chart", async (build) => {
    const config = await build.blob("application/vnd.cncf.helm.config.v1+json", { name: "chart" });
    return await build.manifest({
      config,
      layers: [await build.blob("application/vnd.cncf.helm.chart.content.v1.tar+gzip", "chart")],
    });
  }),
  shape("a WebAssembly module", async (build) => {
    const config = await build.blob("application/vnd.wasm.config.v0+json", { os: "wasip1", architecture: "wasm" });
    return await build.manifest({ config, layers: [await build.blob("application/wasm", "\0asm")] });
  }),
  shape("an artifact with the empty config", async (build) => {
    const config = await build.blob(types.empty, "{}");
    return await build.manifest({
      artifactType: "application/vnd.acme.thing",
      config,
      layers: [await build.blob("text/plain", "thing")],
    });
  }),
  shape("twenty platforms", async (build) => {
    const children: Json[] = [];
    for (let index = 0; index < 20; index++)
      children.push({ ...(await build.image(`arch${index}`)), ...platform(`arch${index}`) });
    return await build.manifest({ manifests: children }, types.index);
  }),
  shape("a zstd layer", async (build) =>
    build.manifest({ config: await build.config(), layers: [await build.blob(`${oci}.layer.v1.tar+zstd`, "zstd")] }),
  ),
  shape("a config and a layer with sha512 digests", async (build) => {
    const config = { os: "linux", architecture: "amd64", config: {}, created_by: "sha512" };
    return await build.manifest({
      config: await build.blob(types.config, config, {}, "sha512"),
      layers: [await build.blob(types.layer, "a layer of sha512", {}, "sha512")],
    });
  }),
  shape("a foreign layer that its vendor keeps", async (build) => {
    const bytes = Buffer.from("kept by the vendor");
    const foreign = {
      mediaType: `${oci}.layer.nondistributable.v1.tar+gzip`,
      digest: digestOf(bytes),
      size: bytes.length,
      urls: ["https://vendor.example.com/layer"],
    };
    return await build.manifest({
      config: await build.config(),
      layers: [foreign, await build.blob(types.layer, "ours")],
    });
  }),
  shape("a nondistributable layer that the source stores", async (build) => {
    const layer = await build.blob(`${oci}.layer.nondistributable.v1.tar+gzip`, "stored all the same", {
      urls: ["https://vendor.example.com/layer"],
    });
    return await build.manifest({ config: await build.config(), layers: [layer] });
  }),
  shape("a nested index", async (build) => {
    const inner = await build.manifest({ manifests: [await build.image("nested")] }, types.index);
    return await build.manifest({ manifests: [inner, await build.image("neighbour")] }, types.index);
  }),
  shape("no mediaType in the body", async (build) =>
    build.manifest({
      mediaType: undefined,
      config: await build.config(),
      layers: [await build.blob(types.layer, "unnamed")],
    }),
  ),
  shape("one layer several times", async (build) => {
    const layer = await build.blob(types.layer, "again and again");
    return await build.manifest({ config: await build.config(), layers: [layer, layer, layer] });
  }),
  shape("no layers", async (build) => build.manifest({ config: await build.config(), layers: [] })),
  shape("a subject that is not there", async (build) => {
    const config = await build.blob(types.empty, "{}");
    const subject = { mediaType: types.manifest, digest: digestOf(Buffer.from("gone")), size: 4 };
    return await build.manifest({ config, layers: [config], subject });
  }),
  shape("an index of artifacts", async (build) => {
    const config = await build.blob(types.empty, "{}");
    const one = await build.manifest({ artifactType: "application/vnd.acme.one", config, layers: [config] });
    const entry = { ...one, artifactType: "application/vnd.acme.one" };
    return await build.manifest({ artifactType: "application/vnd.acme.set", manifests: [entry] }, types.index);
  }),
  shape("a build cache, whose entries are blobs", async (build) => {
    const layer = await build.blob(types.layer, "cached");
    const config = await build.blob("application/vnd.buildkit.cacheconfig.v0", { layers: [], records: [] });
    return await build.manifest({ manifests: [layer, config] }, types.index);
  }),
  shape("a platform without a name", async (build) =>
    build.manifest(
      {
        manifests: [
          { ...(await build.image("odd")), platform: {} },
          { ...(await build.image("old")), platform: null },
        ],
      },
      types.index,
    ),
  ),
  shape("annotations that are null or numbers", async (build) =>
    build.manifest({
      config: { ...(await build.config()), annotations: null },
      layers: [await build.blob(types.layer, "annotated", { annotations: { n: 7 } })],
      annotations: { count: 7, none: null },
    }),
  ),
  shape("labels that are null or numbers", async (build) =>
    build.manifest({
      config: await build.config({ config: { Labels: { none: null, count: 7, text: "x" } } }),
      layers: [await build.blob(types.layer, "labelled")],
    }),
  ),
  shape(
    "a sparse index, a child of which is not there",
    async (build) => {
      const gone = { mediaType: types.manifest, digest: digestOf(Buffer.from("a child")), size: 7 };
      return await build.manifest({ manifests: [await build.image("there"), gone] }, types.index);
    },
    "refused",
  ),
];

function digestOf(bytes: Uint8Array, algorithm: "sha256" | "sha512" = "sha256"): Digest {
  return parseDigest(`${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`);
}
