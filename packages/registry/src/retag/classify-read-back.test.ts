import { absent, type Digest, found, ReleaseError, unknown } from "@lateen/kernel";
import { describe, expect, test } from "vitest";
import { classifyReadBack } from "./classify-read-back.ts";

const error = new ReleaseError({ code: "X", category: "unavailable", message: "x" });

describe("classifyReadBack", () => {
  const [wanted, before, other] = ["a", "b", "c"].map((digit) => `sha256:${digit.repeat(64)}` as Digest);
  test.each([
    ["settled", before, found({ digest: wanted! })],
    ["settled", undefined, found({ digest: wanted! })],
    ["settled", wanted, found({ digest: wanted! })],
    ["lag", before, found({ digest: before! })],
    ["lag", before, absent("404")],
    ["lag", undefined, absent("404")],
    ["foreign", before, found({ digest: other! })],
    ["foreign", undefined, found({ digest: before! })],
    ["unknown", before, unknown(error)],
  ] as const)("is %s", (answer, previous, seen) => {
    expect(classifyReadBack(wanted!, previous, seen)).toBe(answer);
  });
});
