import fc from "fast-check";
import { expect, test } from "vitest";
import { plainText } from "./plain-text.ts";

test.each([
  ["plain", "plain"],
  ["two\r\nlines", "two lines"],
  ["\u001b[31mred\u001b[0m", "[31mred [0m"],
  ["\u009b31m", "31m"],
  ["a\u202eb\u2066c", String.raw`a\u{202e}b\u{2066}c`],
  ["zero\u200bwidth\ufeff", String.raw`zero\u{200b}width\u{feff}`],
  ["nul\0", "nul"],
  ["\u2028para\u2029", "para"],
  ["grüße 🚢", "grüße 🚢"],
  ["a\u034fb\u17b4c\u17b5d", String.raw`a\u{34f}b\u{17b4}c\u{17b5}d`],
  ["a\u180bb\u180fc", String.raw`a\u{180b}b\u{180f}c`],
  ["soft\u00adhyphen, w\u2060joiner, tag\u{e0041}", String.raw`soft\u{ad}hyphen, w\u{2060}joiner, tag\u{e0041}`],
  ["smuggled\ufe00\ufe0f\u{e0100}\u{e01ef}text", String.raw`smuggled\u{fe00}\u{fe0f}\u{e0100}\u{e01ef}text`],
  ["an emoji ❤\ufe0f in colour", "an emoji ❤\ufe0f in colour"],
  [
    "an emoji ❤\ufe0f\u{e0101}\u{e0102} with more behind",
    String.raw`an emoji ❤\u{fe0f}\u{e0101}\u{e0102} with more behind`,
  ],
])("%j becomes %j", (text, plain) => {
  expect(plainText(text)).toBe(plain);
});

test("is bounded, and leaves no half of a surrogate pair", () => {
  expect(plainText("x".repeat(600))).toBe(`${"x".repeat(499)}…`);
  expect(plainText("x".repeat(10), 10)).toBe("x".repeat(10));
  expect(plainText(`${" ".repeat(50)}x`, 10)).toBe("…");
  expect(plainText("🚢".repeat(10), 10).isWellFormed()).toBe(true);
  expect(plainText("🚢".repeat(10), 11).isWellFormed()).toBe(true);
});

test("never holds a control character, a line break or more than was asked for", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (text, max) => {
      const plain = plainText(text, max);
      expect(plain.length).toBeLessThanOrEqual(max);
      // eslint-disable-next-line no-control-regex
      expect(plain).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
      expect(plain.isWellFormed()).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test("does not scan a hostile megabyte", () => {
  const text = "\n".repeat(1_000_000);
  const before = process.cpuUsage();
  for (let i = 0; i < 100; i++) plainText(text);
  // Time of the processor, which no pause of the machine adds to.
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(500);
});
