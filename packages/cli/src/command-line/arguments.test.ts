import { describe, expect, test } from "vitest";
import { type Options, readArguments, skimArguments } from "./arguments.ts";

const options: Options = {
  config: { value: "FILE", about: "" },
  json: { about: "" },
  quiet: { short: "q", about: "" },
  verbose: { short: "v", about: "" },
  output: { value: "FORMAT", oneOf: ["text", "json"], about: "" },
  override: { value: "CHECK=REASON", multiple: true, about: "" },
};

describe("a command line", () => {
  test("may have its options anywhere", () => {
    const args = readArguments(
      ["--config", "x.yaml", "ship", "-qv", "--override=a=b c", "--override", "d=e", "--", "--json"],
      options,
    );
    expect(args.positionals).toEqual(["ship", "--json"]);
    expect(args.text("config")).toBe("x.yaml");
    expect({ hasQuiet: args.has("quiet"), hasVerbose: args.has("verbose"), hasJson: args.has("json") }).toEqual({
      hasQuiet: true,
      hasVerbose: true,
      hasJson: false,
    });
    expect(args.all("override")).toEqual(["a=b c", "d=e"]);
  });

  test.each([
    [["--jsn"], '"--jsn" is not an option of this command; did you mean "--json"?'],
    [["--toString"], '"--toString" is not an option of this command'],
    [["-x"], '"-x" is not an option of this command'],
    [["--config"], "--config needs a value"],
    [["--config", "--json"], "--config needs a value"],
    [["--json=yes"], "--json takes no value"],
    [["--output", "jsn"], '--output cannot be "jsn"; did you mean "json"?'],
    [["--config", "a", "--config", "b"], "--config is given twice"],
  ])("%j is refused", (argv, message) => {
    expect(() => readArguments(argv, options)).toThrow(message);
  });

  test("is skimmed for what is right in it", () => {
    const args = skimArguments(["--bogus", "ship", "--json", "--config"], options);
    expect(args.positionals).toEqual(["ship"]);
    expect(args.has("json")).toBe(true);
    expect(args.text("config")).toBeUndefined();
  });
});
