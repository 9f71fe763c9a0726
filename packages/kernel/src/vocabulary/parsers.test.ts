import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isShaPrefix, parseCommitSha, sameCommit } from "./commit-sha.ts";
import { parseDigest } from "./digest.ts";
import { formatDuration, parseDuration } from "./duration.ts";
import { inputError } from "./input-error.ts";
import type { ReleaseError } from "./release-error.ts";
import { parseSlug } from "./slug.ts";

const sha = "0123456789abcdef0123456789abcdef01234567";
const refusing = (code: string) => expect.objectContaining({ code, category: "input", retryable: false }) as Error;

describe("a commit", () => {
  test("is read in either case", () => {
    expect(parseCommitSha(sha.toUpperCase())).toBe(sha);
  });

  test.each(["", "abc", sha.slice(1), `${sha}0`, `${sha}\n`, `g${sha.slice(1)}`, ` ${sha.slice(1)}`])(
    "is not %j",
    (text) => {
      expect(() => parseCommitSha(text)).toThrow(refusing("COMMIT_SHA_INVALID"));
    },
  );

  test.each([
    [sha, sha, true],
    [sha, sha.toUpperCase(), true],
    [sha.slice(0, 7), sha, true],
    [sha, sha.slice(0, 12).toUpperCase(), true],
    [sha.slice(0, 7), sha.slice(0, 12), true],
    [sha.slice(0, 6), sha, false],
    ["", sha, false],
    ["", "", false],
    ["unknown", "unknown", false],
    ["dev", "dev", false],
    [`${sha}0`, sha, false],
    [`1${sha.slice(1)}`, sha, false],
    [`${sha.slice(0, 7)}\n`, sha, false],
  ])("sameCommit(%j, %j) is %s", (a, b, same) => {
    expect(sameCommit(a, b)).toBe(same);
    expect(sameCommit(b, a)).toBe(same);
  });

  test("is the same as each of its prefixes of 7 or more, and as no text that differs within them", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f]{40}$/), fc.integer({ min: 0, max: 40 }), (full, length) => {
        const prefix = full.slice(0, length);
        expect(sameCommit(full, prefix)).toBe(length >= 7);
        expect(isShaPrefix(prefix)).toBe(length >= 7);
        const other = prefix.replace(/.$/, (digit) => (digit === "0" ? "1" : "0"));
        expect(sameCommit(full, other)).toBe(false);
      }),
    );
  });
});

describe("a digest", () => {
  const hex = "a".repeat(64);
  test.each([`sha256:${hex}`, `sha512:${hex}${hex}`])("is %s", (text) => {
    expect(parseDigest(text)).toBe(text);
  });
  test.each([
    "",
    hex,
    `sha256:${hex}a`,
    `sha256:${hex.slice(1)}`,
    `sha512:${hex}`,
    `sha256:${hex.toUpperCase()}`,
    `md5:${hex}`,
    `sha256:${hex}\n`,
  ])("is not %j", (text) => {
    expect(() => parseDigest(text)).toThrow(refusing("DIGEST_INVALID"));
  });
});

/** The host of an address with that slug, or the code of the refusal. */
const hostWith = (text: string): string => {
  try {
    return new URL(`https://${parseSlug(text)}.example.com/buildinfo`).host;
  } catch (error) {
    return (error as ReleaseError).code;
  }
};

describe("a slug", () => {
  test.each(["a", "0", "tenant-1", "a--b", "a".repeat(63)])("is %s", (text) => {
    expect(parseSlug(text)).toBe(text);
  });
  test.each([
    "",
    "-a",
    "a-",
    "A",
    "a_b",
    "a.b",
    "a/b",
    "a@b",
    "a b",
    "a\n",
    "ü",
    "a".repeat(64),
    "a\0",
    "..",
    "%2e",
    "a#",
    "a?b",
    "a:1",
    "xn--ü",
  ])("is not %j", (text) => {
    expect(() => parseSlug(text)).toThrow(refusing("SLUG_INVALID"));
  });
  test.each([
    ["Tenant-A", '"Tenant-A"'],
    ["tenant-a ", String.raw`"tenant-a\u{20}"`],
    [" tenant-a", String.raw`"\u{20}tenant-a"`],
    ["tenant\u00a0a", String.raw`"tenant\u{a0}a"`],
    ["tenant\u200b-a", String.raw`"tenant\u{200b}-a"`],
    ["tenant_b", '"tenant_b"'],
    ["münchen", '"münchen"'],
  ])("that is refused shows what is odd in it: %j", (text, shown) => {
    expect(() => parseSlug(text)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(`${shown} is not a tenant slug`) }),
    );
  });
  test("never changes the host of an address that it becomes part of", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from("aZ09-._/@:?#%\\ \n")) }), (text) => {
        expect(hostWith(text)).toBeOneOf([`${text}.example.com`, "SLUG_INVALID"]);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("a duration", () => {
  test.each([
    ["0s", 0],
    ["90s", 90_000],
    ["5m", 300_000],
    ["1h30m", 5_400_000],
    ["250ms", 250],
    ["1m500ms", 60_500],
    ["2d3h4m5s6ms", 183_845_006],
    ["366d", 31_622_400_000],
    ["007s", 7_000],
  ])("%s is %d ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
  test.each([
    "",
    "5",
    "s",
    "5 m",
    "-5m",
    "1.5h",
    "5M",
    "30m1h",
    "5m5m",
    "1e3s",
    "5min",
    "367d",
    "99999999999999999999d",
    "5s\n",
    "٣s",
  ])("%j is none", (text) => {
    expect(() => parseDuration(text)).toThrow(refusing("DURATION_INVALID"));
  });
  test("round trips, and is formatted as short as can be", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 366 * 86_400_000 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
    expect([0, 1, 1_000, 60_000, 90_000, 3_600_000, 86_400_000, 1_500, -5, 0.9].map(formatDuration)).toEqual([
      "0s",
      "1ms",
      "1s",
      "1m",
      "1m30s",
      "1h",
      "1d",
      "1s500ms",
      "0s",
      "0s",
    ]);
  });
});

test("an input error quotes hostile input as one bounded line", () => {
  const { message } = inputError("X", "a thing", `\u001b[2J\n::error::${"x".repeat(10_000)}`, "do it right");
  expect(message).toMatch(/^"\\u\{1b\}\[2J\\u\{a\}::error::x+…" is not a thing$/);
  expect(message.length).toBeLessThan(110);
});
