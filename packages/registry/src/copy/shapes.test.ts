import { type ImageRef, parseImageRef, type Repository, systemClock } from "@lateen/kernel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRegistries, retag } from "../index.ts";
import { createOciRegistry } from "../oci/index.ts";
import { imageShapes } from "../testing/image-shapes.ts";
import { type FakeRegistry, startRegistry } from "../testing/index.ts";

let from: FakeRegistry;
let into: FakeRegistry;
beforeAll(async () => {
  from = await startRegistry();
  into = await startRegistry({ quirks: { wantsSubject: false } });
});
afterAll(async () => void (await Promise.all([from.close(), into.close()])));

const ways = {
  copy: (source: ImageRef, mirror: Repository) => openRegistries().copy(source, mirror),
  // Without the manifest itself, which the write of the tag stores.
  retag: (source: ImageRef, mirror: Repository) =>
    retag(
      { source, targets: [parseImageRef(`${mirror}:shape`)] },
      { registries: openRegistries(), clock: systemClock },
    ),
};

describe.each([
  ["copy", "another registry"],
  ["copy", "the same registry"],
  ["retag", "another registry"],
  ["retag", "the same registry"],
] as const)("a %s into %s is read back child by child", (way, where) => {
  test.each(imageShapes.map((shape, index) => ({ ...shape, index })))("$name", async ({ seed, copy, index }) => {
    const target = where === "another registry" ? into : from;
    const repository = `shapes/source-${index}`;
    const mirror = parseImageRef(`${target.host}/shapes/${way}-${index}`).repository;
    // A sparse index is seeded behind the registry's back, as a clean-up leaves one.
    const seeded = await seed(from.store, repository);
    const source = parseImageRef(`${from.host}/${repository}@${seeded.digest}`);
    const verdict = await ways[way](source, mirror);
    if (copy === "refused") return expect(verdict).toMatchObject({ kind: "stop", outcome: "refused" });
    expect(verdict).toMatchObject({ kind: "go", value: { digest: seeded.digest } });
    const { content, manifest } = createOciRegistry({ host: target.host });
    for (const digest of seeded.manifests)
      expect(await manifest(parseImageRef(`${mirror}@${digest}`)), digest).toMatchObject({ kind: "found" });
    for (const digest of seeded.blobs)
      expect(await content.has(mirror, "blob", digest), digest).toMatchObject({ kind: "found" });
  });
});

describe("a retag inside a repository needs no schema", () => {
  test.each(imageShapes.map((shape, index) => ({ ...shape, index })))("$name", async ({ seed, index }) => {
    const { digest } = await seed(from.store, `shapes/retag-${index}`);
    const source = parseImageRef(`${from.host}/shapes/retag-${index}:shape`);
    const registries = openRegistries();
    const reading = await registries.manifest(source);
    expect(reading).toMatchObject({ kind: "found", value: { digest } });
  });
});
