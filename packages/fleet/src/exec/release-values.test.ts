import { parseCommitSha, parseDigest, parseSlug } from "@lateen/kernel";
import { expect, test } from "vitest";
import { valuesOf } from "./release-values.ts";

const sha = parseCommitSha("b".repeat(40));
const digest = parseDigest(`sha256:${"c".repeat(64)}`);
const row = {
  slug: parseSlug("t1"),
  values: { slug: "t1", host: "a.example.com", tag: "evil", sha: "evil", digest: "evil" },
};

test("the release fills its own placeholders, and no field of a row replaces them", () => {
  expect(valuesOf(row, { sha, tag: "new", digests: { "ghcr.io/acme/platform": digest } })).toEqual({
    slug: "t1",
    host: "a.example.com",
    sha,
    tag: "new",
    digest,
  });
});

test("a release without tag or digest leaves theirs unfilled", () => {
  expect(valuesOf(row, { sha, digests: {} })).toEqual({ slug: "t1", host: "a.example.com", sha });
});
