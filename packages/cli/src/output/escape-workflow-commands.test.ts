import { plainText } from "@lateen/kernel";
import fc from "fast-check";
import { expect, test } from "vitest";
import { guardJson } from "./escape-workflow-commands.ts";

const hidden = [
  "\u00ad",
  "\u2060",
  "\u202e",
  "\u2066",
  "\u009b",
  "\ufeff",
  "\u{e0041}",
  "\u3164",
  "\u034f",
  "\u17b4",
  "\u17b5",
  "\u180b",
  "\u180f",
  "\ufe0f",
];

test.each(hidden.map((character) => [character.codePointAt(0)?.toString(16), character] as const))(
  "U+%s is visible in a line of text, and escaped in JSON",
  (_, character) => {
    const shown = plainText(`a${character}b`);
    expect(["a b", `a\\u{${character.codePointAt(0)?.toString(16)}}b`]).toContain(shown);
    const json = guardJson(JSON.stringify({ [character]: character }));
    expect(json).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(json)).toEqual({ [character]: character });
  },
);

test("JSON means the same as before, whatever it holds", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(guardJson(JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
  expect(guardJson('"##[error]"')).not.toContain("##[");
});
