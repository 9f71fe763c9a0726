import { found, go, parseDigest, parseImageRef, stop } from "@lateen/kernel";
import { testEvidence } from "@lateen/kernel/testing";
import type { Manifest, Registries } from "@lateen/registry";
import { expect, test } from "vitest";
import { recordRegistries } from "./record-registries.ts";

const digest = parseDigest(`sha256:${"a".repeat(64)}`);
const old = parseDigest(`sha256:${"b".repeat(64)}`);
const manifest: Manifest = {
  digest,
  mediaType: "application/vnd.oci.image.index.v1+json",
  size: 2,
  bytes: new Uint8Array(2),
};
const source = parseImageRef("one.example.com/acme/platform:staging-1");
const target = parseImageRef("two.example.com/acme/platform:latest");

/** A registry whose writing methods fail the test. */
const real = (more: Partial<Registries> = {}): Registries => {
  const never = (): never => {
    throw new Error("a dry run wrote");
  };
  return {
    resolve: async () => found({ digest: old, mediaType: manifest.mediaType, size: 2 }),
    manifest: async () => found(manifest),
    revision: async (ref) => found(`revision of ${ref.repository}`),
    details: never,
    put: never,
    preflight: never,
    copy: never,
    ...more,
  };
};

test("what was put and copied is read back as if it were there, and nothing is written", async () => {
  const registries = recordRegistries(real());
  expect(await registries.resolve(target)).toMatchObject({ value: { digest: old } });
  expect(await registries.copy(source, target.repository)).toMatchObject({ kind: "go", value: { digest } });
  expect(await registries.put(target.repository, manifest, "latest")).toEqual({ outcome: "applied", digest });
  expect(await registries.resolve(target)).toMatchObject({ value: { digest } });
  expect(await registries.revision(target)).toEqual(found("revision of one.example.com/acme/platform"));
  expect(await registries.preflight(target.repository, manifest, ["latest"])).toMatchObject({ kind: "go" });
});

test("what a registry refuses without being written to, a dry run refuses too", async () => {
  const immutable = recordRegistries(
    real({
      checkTags: async () => stop({ outcome: "refused", code: "TAG_IMMUTABLE", reason: "the tag is immutable" }),
      checkCopy: async () => stop({ outcome: "refused", code: "BLOB_MISSING", reason: "a blob is missing" }),
    }),
  );
  expect(await immutable.preflight(target.repository, manifest, ["latest"])).toMatchObject({
    kind: "stop",
    reason: "the tag is immutable",
  });
  expect(await immutable.copy(source, target.repository)).toMatchObject({ kind: "stop", reason: "a blob is missing" });
  expect(await immutable.put(target.repository, manifest, "latest")).toMatchObject({
    outcome: "not-applied",
    cause: { code: "TAG_IMMUTABLE", category: "state", message: "the tag is immutable" },
  });
  expect(await immutable.resolve(target)).toMatchObject({ value: { digest: old } });
  const mutable = recordRegistries(real({ checkTags: async () => go("mutable", testEvidence) }));
  expect(await mutable.preflight(target.repository, manifest, ["latest"])).toMatchObject({
    value: { mutability: "mutable" },
  });
});

test("whether a tag may be moved is asked once, before its write or with it", async () => {
  const asked: string[] = [];
  const registries = recordRegistries(
    real({
      checkTags: async (_, __, tags) => {
        asked.push(...tags);
        return go("mutable", testEvidence);
      },
    }),
  );
  await registries.preflight(target.repository, manifest, ["latest"]);
  await registries.put(target.repository, manifest, "latest");
  await registries.put(target.repository, manifest, "next");
  expect(asked).toEqual(["latest", "next"]);
});
