import { absent, type Digest, found, type ImageRef, parseImageRef } from "@lateen/kernel";
import { expect, test } from "vitest";
import { digestOf } from "./manifest-json.ts";
import { type DetailsSource, readDetails } from "./read-details.ts";

const types = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
};

/** A registry in a map. */
function store() {
  const content = new Map<string, { bytes: Uint8Array; mediaType: string }>();
  const add = (mediaType: string, value: object) => {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    const digest = digestOf(bytes);
    content.set(digest, { bytes, mediaType });
    return { mediaType, digest, size: bytes.length };
  };
  const image = (architecture: string, labels: object, extra: object = {}) =>
    add(types.manifest, {
      schemaVersion: 2,
      mediaType: types.manifest,
      config: add(types.config, { os: "linux", architecture, config: { Labels: labels } }),
      layers: [],
      ...extra,
    });
  const index = (manifests: readonly object[]) =>
    add(types.index, { schemaVersion: 2, mediaType: types.index, manifests });
  const source: DetailsSource = {
    async manifest({ digest }) {
      const held = await Promise.resolve(content.get(digest ?? ""));
      return held === undefined || digest === undefined
        ? absent("404")
        : found({ ...held, digest, size: held.bytes.length });
    },
    async config(_ref: ImageRef, digest: Digest) {
      const held = await Promise.resolve(content.get(digest));
      return held === undefined ? absent("404") : found(held.bytes);
    },
  };
  const read = (digest: Digest) => readDetails(source, parseImageRef(`registry.example.com/acme/app@${digest}`));
  return { content, add, image, index, read };
}

const platforms = async (reading: ReturnType<typeof readDetails>): Promise<unknown> => {
  const details = await reading;
  return details.kind === "found"
    ? details.value.images.map((one) => `${one.platform ?? "none"} ${JSON.stringify(one.labels)}`)
    : details.kind;
};

test("what is listed next to the platforms is left out, by its annotation or by its platform alone", async () => {
  const { image, index, read } = store();
  const real = image("amd64", { a: "1" });
  const annotated = {
    ...image("amd64", { a: "2" }),
    annotations: { "vnd.docker.reference.type": "attestation-manifest" },
  };
  const unknownPlatform = { ...image("arm64", { a: "3" }), platform: { os: "unknown", architecture: "unknown" } };
  const other = { mediaType: "application/vnd.example.thing+json", digest: real.digest, size: 1 };
  const { digest } = index([real, annotated, unknownPlatform, other]);
  expect(await platforms(read(digest))).toEqual(['linux/amd64 {"a":"1"}']);
});

test("nested indexes are followed, up to a depth", async () => {
  const { image, index, read } = store();
  let nested = index([{ ...image("arm64", {}), platform: { os: "linux", architecture: "arm64", variant: "v8" } }]);
  nested = index([nested, image("amd64", {})]);
  expect(await platforms(read(nested.digest))).toEqual(["linux/arm64/v8 {}", "linux/amd64 {}"]);
  for (let depth = 0; depth < 4; depth++) nested = index([nested]);
  expect(await platforms(read(nested.digest))).toBe("unknown");
});

test("a plain image, and an artifact whose config is no image's, have their say", async () => {
  const { image, add, read } = store();
  expect(await platforms(read(image("amd64", { a: "1" }).digest))).toEqual(['linux/amd64 {"a":"1"}']);
  const config = add("application/vnd.cncf.helm.config.v1+json", { name: "chart" });
  const chart = add(types.manifest, {
    schemaVersion: 2,
    mediaType: types.manifest,
    config,
    layers: [],
    annotations: { b: "2" },
  });
  expect(await read(chart.digest)).toMatchObject({
    kind: "found",
    value: { annotations: { b: "2" }, images: [{ platform: undefined, labels: {} }] },
  });
});

test.each(["manifest", "config"] as const)("one missing %s makes the whole unknown, not smaller", async (kind) => {
  const { content, image, index, read } = store();
  const gone = image("arm64", {});
  const { digest } = index([image("amd64", {}), gone]);
  const manifest = JSON.parse(new TextDecoder().decode(content.get(gone.digest)?.bytes)) as {
    config: { digest: string };
  };
  content.delete(kind === "manifest" ? gone.digest : manifest.config.digest);
  expect(await read(digest)).toMatchObject({ kind: "unknown" });
});

test("a child that is not of the type that the index says is refused", async () => {
  const { image, index, read } = store();
  const child = { ...image("amd64", {}), mediaType: "application/vnd.docker.distribution.manifest.v2+json" };
  expect(await read(index([child]).digest)).toMatchObject({
    kind: "unknown",
    cause: { code: "MANIFEST_TYPE_MISMATCH" },
  });
});

test.each<[string, unknown, string]>([
  ["a label that is null", { config: { Labels: { a: "1", b: null } } }, '{"a":"1"}'],
  ["no labels", { config: { Labels: null } }, "{}"],
  ["no config", { config: null }, "{}"],
  ["a variant that is null", { variant: null, config: { Labels: { a: "1" } } }, '{"a":"1"}'],
])("a config with %s is read", async (_name, config, labels) => {
  const { add, read } = store();
  const described = add(types.config, { os: "linux", architecture: "amd64", ...(config as object) });
  const image = { schemaVersion: 2, mediaType: types.manifest, config: described, layers: [] };
  expect(await platforms(read(add(types.manifest, image).digest))).toEqual([`linux/amd64 ${labels}`]);
});
