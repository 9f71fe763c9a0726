import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findInProgram } from "./find-in-program.ts";

/** What stands at the key and at the value of `path`, as far as its line goes. */
function at(text: string, ...path: PropertyKey[]): readonly [key: string, value: string] {
  const place = findInProgram(text)(path);
  const rest = (offset = text.length): string => text.slice(offset).split("\n")[0] ?? "";
  return [rest(place?.key), rest(place?.value)];
}

describe("findInProgram", () => {
  test.each([
    ["a plain literal", `export default { gate: {\n timeout: 60,\n } };`],
    ["a literal with a type", `export default ({ gate: {\n timeout: 60,\n } }) satisfies Config;`],
    ["a call", `export default defineConfig({ gate: {\n timeout: 60,\n } });`],
    ["a function", `export default async (env: { a: string }): Promise<Config> => ({ gate: {\n timeout: 60,\n } });`],
    [
      "a function with a body",
      `export default function make() {\n const x = 1;\n return { gate: {\n timeout: 60,\n } };\n}`,
    ],
    ["a constant", `const config: Config = { gate: {\n timeout: 60,\n } };\nexport default config;`],
    ["a constant within", `const gate = {\n timeout: 60,\n };\nexport default { gate };`],
    ["quoted keys", `export default { "gate": {\n timeout: 60,\n } };`],
    [
      "brackets in comments and strings",
      `export default { a: "}", /* } */ b: '{', c: \`{\n\`, // }\n gate: {\n timeout: 60,\n } };`,
    ],
  ])("finds a key in %s", (_, text) => {
    expect(at(text, "gate", "timeout")).toEqual(["timeout: 60,", "60,"]);
  });

  test("finds entries of lists, and keys that no name could be", () => {
    const text = `export default { a: [1, f(2, 3), { "x.y/z": [\n"here",\n] }] };`;
    expect(at(text, "a", 2, "x.y/z", 0)).toEqual(['"here",', '"here",']);
    expect(at(text, "a", 1)[1]).toBe('f(2, 3), { "x.y/z": [');
  });

  test("names the nearest parent of what is computed, spread or missing", () => {
    const text = `export default {\n ...base,\n [name]: 5, run() { return { b: 1 } },\n gate: make({ timeout: 1 }, 2),\n fleet: {\n soak: "x" } };`;
    expect(at(text, "fleet", "batch")).toEqual(["fleet: {", "{"]);
    expect(at(text, "nowhere")[0]).toBe("export default {");
    expect(at(text, "fleet", "soak")[1]).toBe('"x" } };');
    expect(findInProgram("module.exports = {}")(["gate"])).toBeUndefined();
  });

  test("follows names that lead in a circle only so far", () => {
    expect(at("const a = b;\nconst b = a;\nexport default { gate: a };", "gate", "timeout")[0]).toBe("gate: a };");
  });

  test("takes any text", () => {
    const piece = fc.constantFrom(
      "export default ",
      "{",
      "}",
      "[",
      "]",
      "(",
      ")",
      ",",
      ":",
      "a",
      "'",
      '"',
      "`",
      "/*",
      "//",
      "\n",
      "=>",
      "return ",
      "const a = ",
      "...",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        findInProgram(`export default {${pieces.join("")}`)(["a", 0, "a"]);
      }),
      { numRuns: 2_000 },
    );
  });
});
