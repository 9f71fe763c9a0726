import assert from "node:assert/strict";
import { assertPart, type ContractRunner } from "@lateen/kernel/testing";
import { type Digest, type ImageRef, parseDigest, parseImageRef } from "@lateen/kernel";
import { digestOf } from "../model/manifest-json.ts";
import type { ImageReader, Registry, RegistryExtensions } from "../model/registry.ts";
import type { ImageRecipe, SeededImage } from "./seed-image.ts";

/** A registry under test, ready to use. */
export interface ContractSubject {
  readonly registry: Registry & RegistryExtensions & ImageReader;
  /** Host of its references. */
  readonly host: string;
  /** Puts an image there, in the repository of the recipe. */
  seed(recipe: ImageRecipe): Promise<SeededImage>;
}

const commit = "1234567890abcdef1234567890abcdef12345678";
const nowhere = parseDigest(`sha256:${"0".repeat(64)}`);
let counter = 0;

/** The contract of every registry, whatever is behind it; run it against each with `subject` bound to one that is up. */
export function describeRegistryContract(
  name: string,
  subject: () => Promise<ContractSubject>,
  runner: ContractRunner,
): void {
  const { describe, test } = runner;
  const fresh = (): string => `contract/case-${++counter}`;
  const refOf = (host: string, repository: string, tag: string): ImageRef =>
    parseImageRef(`${host}/${repository}:${tag}`);
  const byDigest = (ref: ImageRef, digest: Digest): ImageRef => ({ ...ref, tag: undefined, digest });

  describe(`${name}: the registry contract`, () => {
    test("a tag resolves to the digest of the bytes that were pushed", async () => {
      const { registry, host, seed } = await subject();
      const image = await seed({ repository: fresh(), tags: ["candidate"], revision: commit });
      const ref = refOf(host, image.repository, "candidate");
      const descriptor = { digest: image.digest, mediaType: image.mediaType, size: image.bytes.length };
      assert.deepEqual(await registry.resolve(ref), { kind: "found", value: descriptor });
      const manifest = await registry.manifest(byDigest(ref, image.digest));
      assertPart(manifest, { kind: "found", value: descriptor });
      if (manifest.kind === "found") assert.equal(Buffer.compare(manifest.value.bytes, image.bytes), 0);
    });

    test("what is not there is absent, by tag, by digest and by repository", async () => {
      const { registry, host, seed } = await subject();
      const { repository } = await seed({ repository: fresh(), tags: ["candidate"], revision: commit });
      const ref = refOf(host, repository, "missing");
      assertPart(await registry.resolve(ref), { kind: "absent" });
      assertPart(await registry.manifest(ref), { kind: "absent" });
      assertPart(await registry.resolve(byDigest(ref, nowhere)), { kind: "absent" });
    });

    for (const flavour of ["oci", "docker"] as const) {
      test(`the revision is read through a ${flavour} index with attestations`, async () => {
        const { registry, host, seed } = await subject();
        const { repository } = await seed({
          repository: fresh(),
          tags: ["candidate"],
          revision: commit,
          flavour,
          attestations: flavour === "oci",
        });
        const ref = refOf(host, repository, "candidate");
        assert.deepEqual(await registry.revision(ref), { kind: "found", value: commit });
        const details = await registry.details(ref);
        assert.deepEqual(details.kind === "found" ? details.value.images.map((image) => image.platform) : details, [
          "linux/amd64",
          "linux/arm64",
        ]);
      });
    }

    test("a missing label is absent only after all was read; platforms that disagree are unknown", async () => {
      const { registry, host, seed } = await subject();
      const bare = await seed({ repository: fresh(), tags: ["candidate"], content: "bare" });
      assertPart(await registry.revision(refOf(host, bare.repository, "candidate")), {
        kind: "absent",
      });
      const torn = await seed({
        repository: fresh(),
        tags: ["candidate"],
        revisions: { "linux/amd64": commit, "linux/arm64": "f".repeat(40) },
      });
      assertPart(await registry.revision(refOf(host, torn.repository, "candidate")), {
        kind: "unknown",
        cause: { code: "REVISION_DISAGREES" },
      });
    });

    test("a tag is created and moved, byte for byte", async () => {
      const { registry, host, seed } = await subject();
      const repository = fresh();
      const one = await seed({ repository, tags: ["one"], revision: commit });
      const two = await seed({ repository, tags: ["two"], revision: "f".repeat(40), flavour: "docker" });
      const latest = refOf(host, repository, "latest");
      for (const image of [one, two]) {
        const manifest = await registry.manifest(byDigest(latest, image.digest));
        if (manifest.kind !== "found") throw new Error("the image that was seeded is not there");
        assertPart(await registry.put(latest.repository, manifest.value, "latest"), {
          outcome: "applied",
        });
        const seen = await registry.manifest(latest);
        assertPart(seen, {
          kind: "found",
          value: { digest: image.digest, mediaType: image.mediaType },
        });
        assert.equal(seen.kind === "found" ? digestOf(seen.value.bytes) : seen, image.digest);
      }
    });

    test("several tags are written together", async () => {
      const { registry, host, seed } = await subject();
      const { repository, digest } = await seed({ repository: fresh(), tags: ["candidate"], revision: commit });
      const ref = refOf(host, repository, "candidate");
      const manifest = await registry.manifest(ref);
      if (manifest.kind !== "found" || registry.putTags === undefined)
        throw new Error("nothing to write, or no way to");
      const receipts = await registry.putTags(ref.repository, manifest.value, ["a", "b", "c"]);
      assert.deepEqual(
        receipts.map((receipt) => receipt.outcome),
        ["applied", "applied", "applied"],
      );
      for (const tag of ["a", "b", "c"])
        assertPart(await registry.resolve(refOf(host, repository, tag)), { value: { digest } });
    });

    test("the preflight proves the right to write and leaves no trace", async () => {
      const { registry, host, seed } = await subject();
      const { repository, digest } = await seed({ repository: fresh(), tags: ["candidate"], revision: commit });
      const ref = refOf(host, repository, "candidate");
      const manifest = await registry.manifest(ref);
      if (manifest.kind !== "found") throw new Error("the image that was seeded is not there");
      assertPart(await registry.preflight(ref.repository, manifest.value, ["latest"]), {
        kind: "go",
        value: { permission: "proven" },
      });
      assertPart(await registry.resolve(refOf(host, repository, "latest")), { kind: "absent" });
      assertPart(await registry.resolve(ref), { value: { digest } });
    });

    test("tags are listed, as many as are wanted, and only those of an existing repository", async () => {
      const { registry, host, seed } = await subject();
      const { repository } = await seed({ repository: fresh(), tags: ["a", "b", "c"], revision: commit });
      const named = refOf(host, repository, "a").repository;
      if (registry.listTags === undefined) throw new Error("no way to list");
      const all = await registry.listTags(named, 1000);
      assert.deepEqual(all.kind === "found" ? [all.value.tags.toSorted(), all.value.complete] : all, [
        ["a", "b", "c"],
        true,
      ]);
      const some = await registry.listTags(named, 2);
      assert.deepEqual(some.kind === "found" ? [some.value.tags.length, some.value.complete] : some, [2, false]);
      const nowhere = await registry.listTags(refOf(host, "contract/nowhere", "a").repository, 10);
      assertPart(nowhere, { kind: "absent" });
    });

    test("an image is copied into another repository by digest", async () => {
      const { registry, host, seed } = await subject();
      const image = await seed({ repository: fresh(), tags: ["candidate"], revision: commit });
      const target = parseImageRef(`${host}/${fresh()}`).repository;
      const source = byDigest(refOf(host, image.repository, "candidate"), image.digest);
      assertPart(await registry.copy(source, target), {
        kind: "go",
        value: { digest: image.digest },
      });
      const copied = { ...parseImageRef(`${target}@${image.digest}`) };
      assert.deepEqual(await registry.revision(copied), { kind: "found", value: commit });
    });
  });
}
