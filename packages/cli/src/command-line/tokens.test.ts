import { parseArgs } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readTokens } from "./tokens.ts";

const options = {
  sha: { value: "SHA" },
  out: { value: "FILE", short: "o" },
  quiet: { short: "q" },
  verbose: { short: "v" },
  json: {},
};
const word = fc
  .oneof(
    fc.constantFrom("--sha", "--out", "-o", "-q", "-v", "--json", "--", "-", "--sha=", "--sha=x", "--json=x", "--nope"),
    fc.constantFrom(
      "-qv",
      "-qo",
      "-ofile",
      "-qofile",
      "-o=x",
      "-x",
      "-1",
      "--=x",
      "--=",
      "---",
      "ship",
      "",
      "=",
      "--no-json",
    ),
    fc.string({ maxLength: 4 }),
    fc.string({ maxLength: 4 }).map((text) => `-${text}`),
  )
  // Node ends the options at a hyphen within a group of switches, which no one means: here it is an option that does not exist.
  .filter((text) => !/^-[^-o][^o]*-/.test(text));

test("a command line is cut as node:util cuts it", () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
      const { tokens } = parseArgs({
        args: argv,
        options: {
          sha: { type: "string" },
          out: { type: "string", short: "o" },
          quiet: { type: "boolean", short: "q" },
          verbose: { type: "boolean", short: "v" },
          json: { type: "boolean" },
        },
        strict: false,
        allowPositionals: true,
        tokens: true,
      });
      const known = tokens.filter(({ kind }) => kind !== "option-terminator");
      expect(readTokens(argv, options).map((token, index) => ({ ...token, index: known[index]?.index }))).toEqual(
        known,
      );
    }),
    { numRuns: 2000 },
  );
});
