import { absent, found, parseDigest, parseImageRef } from "@lateen/kernel";
import { createFakeClock } from "@lateen/kernel/testing";
import { expect, test } from "vitest";
import { createContentMemory, knownConfig } from "./content-memory.ts";
import { digestOf } from "./manifest-json.ts";
import type { Manifest } from "./registry.ts";

const { repository } = parseImageRef("a.example.com/acme/platform");
const elsewhere = parseImageRef("b.example.com/acme/platform").repository;
const config = parseDigest(`sha256:${"c".repeat(64)}`);

function manifestOf(json: object): Manifest {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, ...json }));
  const mediaType =
    "manifests" in json ? "application/vnd.oci.image.index.v1+json" : "application/vnd.oci.image.manifest.v1+json";
  return { bytes, mediaType, digest: digestOf(bytes), size: bytes.length };
}

const image = manifestOf({ config: { mediaType: "x", digest: config, size: 1 }, layers: [] });
const index = manifestOf({ manifests: [{ mediaType: image.mediaType, digest: image.digest, size: image.size }] });

test("a manifest is known where it was read, for a minute", async () => {
  const clock = createFakeClock({ auto: true });
  const memory = createContentMemory(clock);
  memory.keep(repository, image);
  expect(memory.manifest(repository, image.digest)).toBe(image);
  expect(memory.manifest(elsewhere, image.digest)).toBeUndefined();
  await clock.sleep(60_000);
  expect(memory.manifest(repository, image.digest)).toBeUndefined();
});

test("the oldest manifests go when there are too many bytes", () => {
  const memory = createContentMemory(createFakeClock());
  const large = Array.from({ length: 6 }, (_, at) => manifestOf({ layers: [], fill: String(at).repeat(4_000_000) }));
  for (const manifest of large) memory.keep(repository, manifest);
  expect(large.map(({ digest }) => memory.manifest(repository, digest) !== undefined)).toEqual([
    false,
    false,
    true,
    true,
    true,
    true,
  ]);
});

test("two who want a config at once read it once; one who did not get it leaves it to the next", async () => {
  const memory = createContentMemory(createFakeClock());
  let reads = 0;
  const read = async (): Promise<ReturnType<typeof found<Uint8Array>>> => {
    reads++;
    return await Promise.resolve(found<Uint8Array>(Buffer.from("{}")));
  };
  expect(await memory.config(config, async () => await Promise.resolve(absent("not here")))).toEqual(
    absent("not here"),
  );
  await expect(memory.config(config, () => Promise.reject(new Error("interrupted")))).rejects.toThrow("interrupted");
  await Promise.all([memory.config(config, read), memory.config(config, read), memory.config(config, read)]);
  expect(reads).toBe(1);
});

test("the config of an image, or of an image in an index, is known if its manifests are", () => {
  const memory = createContentMemory(createFakeClock());
  memory.keep(repository, index);
  expect(knownConfig(repository, index.digest, memory)).toBeUndefined();
  memory.keep(repository, image);
  expect(knownConfig(repository, index.digest, memory)).toBe(config);
  expect(knownConfig(repository, image.digest, memory)).toBe(config);
  const odd = manifestOf({ config: 7, layers: [] });
  memory.keep(repository, odd);
  expect(knownConfig(repository, odd.digest, memory)).toBeUndefined();
});
