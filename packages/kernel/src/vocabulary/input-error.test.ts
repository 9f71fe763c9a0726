import { expect, test } from "vitest";
import { visible } from "./input-error.ts";

const sha = "0123456789abcdef0123456789abcdef01234567";

test.each([
  { text: `${sha}-dirty`, shown: `"${sha}-dirty"` },
  { text: "a\u200bb", shown: String.raw`"a\u{200b}b"` },
  { text: "tenant-a ", shown: String.raw`"tenant-a\u{20}"` },
  { text: "a\u{e0041}b\ufe0f\u3164", shown: String.raw`"a\u{e0041}b\u{fe0f}\u{3164}"` },
  { text: "a\ud800", shown: String.raw`"a\u{d800}"` },
  { text: "x".repeat(90), shown: `"${"x".repeat(80)}…"` },
])("$text is shown as $shown", ({ text, shown }) => {
  expect(visible(text)).toBe(shown);
});
