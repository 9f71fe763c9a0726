import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatImageRef, isTag, parseImageRef } from "./image-ref.ts";
import type { ReleaseError } from "./release-error.ts";

const hex = "0123456789abcdef".repeat(4);
const digest = `sha256:${hex}`;

/** The text that a reference is formatted to, in lower case, or the code of the refusal. */
const readBack = (text: string): string => {
  try {
    return formatImageRef(parseImageRef(text)).toLowerCase();
  } catch (error) {
    return (error as ReleaseError).code;
  }
};

describe("parseImageRef", () => {
  // host, path, tag, digest
  test.each([
    ["alpine", undefined, "alpine", undefined, undefined],
    ["alpine:3.20", undefined, "alpine", "3.20", undefined],
    ["library/alpine", undefined, "library/alpine", undefined, undefined],
    ["localhost:5000", undefined, "localhost", "5000", undefined],
    ["localhost/x", "localhost", "x", undefined, undefined],
    ["localhost:5000/x:tag", "localhost:5000", "x", "tag", undefined],
    ["127.0.0.1:5000/x", "127.0.0.1:5000", "x", undefined, undefined],
    ["[::1]:5000/x", "[::1]:5000", "x", undefined, undefined],
    ["[::1]/x/y:t", "[::1]", "x/y", "t", undefined],
    [`[2001:DB8::1]:5000/x@${digest}`, "[2001:db8::1]:5000", "x", undefined, digest],
    ["host:5000/x", "host:5000", "x", undefined, undefined],
    ["GHCR.io/acme/platform:latest", "ghcr.io", "acme/platform", "latest", undefined],
    ["LOCALHOST/x", "localhost", "x", undefined, undefined],
    [
      "ghcr.io/acme/team/deep/nested_path/a__b/c-d.e",
      "ghcr.io",
      "acme/team/deep/nested_path/a__b/c-d.e",
      undefined,
      undefined,
    ],
    [`ghcr.io/acme/platform:staging-abc@${digest}`, "ghcr.io", "acme/platform", "staging-abc", digest],
    [`ghcr.io/acme/platform@sha512:${hex}${hex}`, "ghcr.io", "acme/platform", undefined, `sha512:${hex}${hex}`],
    [
      "123456789012.dkr.ecr.us-east-2.amazonaws.com/acme/x:1",
      "123456789012.dkr.ecr.us-east-2.amazonaws.com",
      "acme/x",
      "1",
      undefined,
    ],
    [`ghcr.io/x:${"t".repeat(128)}`, "ghcr.io", "x", "t".repeat(128), undefined],
  ])("reads %s", (text, host, path, tag, wanted) => {
    const repository = host === undefined ? path : `${host}/${path}`;
    expect(parseImageRef(text)).toEqual({ host, path, tag, digest: wanted, repository });
  });

  test.each([
    "",
    "/",
    ":tag",
    "@" + digest,
    "ghcr.io/",
    "ghcr.io//x",
    "ghcr.io/x/",
    "ghcr.io/Acme/x",
    "Acme/X",
    "ghcr.io/x:",
    "ghcr.io/x:-tag",
    "ghcr.io/x:.tag",
    "ghcr.io/x:a b",
    `ghcr.io/x:${"t".repeat(129)}`,
    "ghcr.io/x@",
    "ghcr.io/x@sha256:abc",
    `ghcr.io/x@SHA256:${hex}`,
    `ghcr.io/x@${digest.toUpperCase()}`,
    `ghcr.io/x@md5:${hex}`,
    `ghcr.io/x@${digest}@${digest}`,
    "https://ghcr.io/x",
    "docker://ghcr.io/x",
    "user:hunter2@ghcr.io/x",
    "user@ghcr.io/x",
    "user:hunter2@ghcr.io:5000/x",
    "[::1]:5000",
    "[::1/x",
    "[:::]/x",
    "[::1%25eth0]/x",
    "host:0/x",
    "host:65536/x",
    "host:99999999999/x",
    "host:/x",
    "host:port/x",
    "-host.io/x",
    "a..b/x",
    "host_name.io/x",
    "ghcr.io/a___b",
    "ghcr.io/a..b",
    "ghcr.io/-a",
    "ghcr.io/a-",
    "ghcr.io/x\n",
    " ghcr.io/x",
    "ghcr.io/ünïcode",
    "ghcr.io/../x",
    `ghcr.io/${"a".repeat(248)}`,
  ])("refuses %j", (text) => {
    expect(() => parseImageRef(text)).toThrow(
      expect.objectContaining({
        code: "IMAGE_REF_INVALID",
        category: "input",
        fix: expect.stringMatching(/\S/) as string,
      }),
    );
  });

  const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
  const path = fc
    .array(
      fc.tuple(word, fc.constantFrom(".", "_", "__", "-", "---"), word).map((part) => part.join("")),
      { minLength: 1, maxLength: 4 },
    )
    .map((parts) => parts.join("/"));
  const host = fc.constantFrom(
    "ghcr.io",
    "localhost",
    "localhost:5000",
    "[::1]:5000",
    "127.0.0.1:1",
    "a.b-c.example.com:65535",
  );
  const tag = fc.option(fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,20}$/), { nil: undefined });
  const someDigest = fc.option(
    fc.stringMatching(/^[0-9a-f]{64}$/).map((text) => `sha256:${text}`),
    { nil: undefined },
  );

  test("finds the parts that a reference was made of, and formats them back", () => {
    fc.assert(
      fc.property(host, path, tag, someDigest, (host, path, tag, digest) => {
        const text = `${host}/${path}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
        const ref = parseImageRef(text);
        expect(ref).toEqual({ host, path, tag, digest, repository: `${host}/${path}` });
        expect(formatImageRef(ref)).toBe(text);
      }),
    );
  });

  test("either refuses a text as an input error or reads it back unchanged, and quickly", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from("aA0.:/@-_[] ")), maxLength: 40 }), (text) => {
        expect(readBack(text)).toBeOneOf([text.toLowerCase(), "IMAGE_REF_INVALID"]);
      }),
      { numRuns: 2_000 },
    );
    const before = process.cpuUsage();
    for (const part of ["a", "-", "a.", "a/", "_", "[", "a:", "@", "."]) {
      expect(() => parseImageRef(`ghcr.io/${part.repeat(50_000)}!`)).toThrow("is not an image reference");
    }
    // Time of the processor, which no pause of the machine adds to.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(1_000);
  });
});

test.each([
  ["latest", true],
  ["v1.2_3-x", true],
  ["", false],
  [".x", false],
  ["a/b", false],
  ["a\n", false],
])("isTag(%j) is %s", (text, is) => {
  expect(isTag(text)).toBe(is);
});

test.each(["ci:hunter2@ghcr.io/acme/x:1", "https://ci:hunter2@ghcr.io/acme/x:1", "hunter2@ghcr.io:443/acme/x"])(
  "repeats no password of %s",
  (text) => {
    expect(() => parseImageRef(text)).toThrow("…@ghcr.io");
    expect(() => parseImageRef(text)).not.toThrow("hunter2");
  },
);

test.each([
  "@".repeat(60_000),
  "a@".repeat(60_000),
  "a/".repeat(60_000),
  `u:s3cret${"x".repeat(60_000)}@ghcr.io/acme/x`,
])("a text of any length is refused at once, and not shown", (text) => {
  const before = process.cpuUsage();
  expect(() => parseImageRef(text)).toThrow(/^"…" is not an image reference$/);
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(500);
});

test("the longest reference that the grammar allows is read", () => {
  const name = `ghcr.io/${"a".repeat(247)}`;
  const ref = parseImageRef(`${name}:${"t".repeat(128)}@sha512:${"0".repeat(128)}`);
  expect({
    repositoryLength: ref.repository.length,
    tagLength: ref.tag?.length,
    digestLength: ref.digest?.length,
  }).toEqual({ repositoryLength: 255, tagLength: 128, digestLength: 135 });
});
