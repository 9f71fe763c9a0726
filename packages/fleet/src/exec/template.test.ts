import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillArguments, fillShell, placeholdersOf } from "./template.ts";

const printable = fc.string({ unit: "binary" }).filter((text) => !/\p{Cc}|\p{Cs}/u.test(text));

function shell(text: string, values: Record<string, string>): string {
  const [program, ...args] = fillShell(text, values);
  return execFileSync(program, args, { encoding: "utf8" });
}

describe("an argument list", () => {
  test("fills every placeholder, also several in one argument, and leaves other braces alone", () => {
    const args = ["deploy", "--image={image}:{tag}", "{ {tag} }", "${HOME}{}", "{tag}{tag}"];
    expect(fillArguments(args, { image: "app", tag: "v1" })).toEqual([
      "deploy",
      "--image=app:v1",
      "{ v1 }",
      "${HOME}{}",
      "v1v1",
    ]);
    expect(placeholdersOf(args)).toEqual(["image", "tag"]);
  });

  test("stays as long as it was, whatever a value holds", () => {
    fc.assert(
      fc.property(printable, (value) => {
        const filled = fillArguments(["echo", "x{v}", "last"], { v: value });
        expect(filled).toEqual(["echo", `x${value}`, "last"]);
      }),
    );
  });

  test("a value is not filled in once more", () => {
    expect(fillArguments(["{a}"], { a: "{b}", b: "secret" })).toEqual(["{b}"]);
  });

  test.each([
    ["a value that would be an option", "{host}", { host: "-oProxyCommand=reboot" }, "EXEC_VALUE_REFUSED"],
    ["a value with a new line", "{host}", { host: "a\nb" }, "EXEC_VALUE_REFUSED"],
    ["a value with a NUL", "{host}", { host: "a\0b" }, "EXEC_VALUE_REFUSED"],
    ["a name without a value", "{hots}", { host: "a" }, "EXEC_PLACEHOLDER_UNKNOWN"],
    ["a name that every object has", "{constructor}", {}, "EXEC_PLACEHOLDER_UNKNOWN"],
  ])("refuses %s", (_, arg, values, code) => {
    expect(() => fillArguments(["ssh", arg], values as Record<string, string>)).toThrow(
      expect.objectContaining({ code }) as Error,
    );
  });

  test("a hyphen within an argument is fine, and so is one of the configuration", () => {
    expect(fillArguments(["-o{v}", "x{v}"], { v: "-y" })).toEqual(["-o-y", "x-y"]);
  });
});

describe("a text for a shell", () => {
  test.each([
    ["bare", "printf %s {v}"],
    ["between double quotes", 'printf %s "{v}"'],
    ["within a substitution", 'printf %s "$(printf %s {v})"'],
    ["after an escaped quote", 'x=\\" ; y="\\""; printf %s {v}'],
    ["after a substitution", 'printf "%s" "$(true "a" \'b\' $(echo ")"))"{v}'],
    ["in the middle of a word", "printf %s ''{v}''"],
  ])("a value stays text %s", (_, text) => {
    for (const value of ["$(touch /tmp/lateen-pwned)", "`id`", "a'b\"c\\d", "; exit 9", "* ?", "-n", "a  b", "ü€"]) {
      expect(shell(text, { v: value })).toBe(value);
    }
  });

  test("any value comes out as it went in", () => {
    fc.assert(
      fc.property(printable, (value) => {
        expect(shell('printf %s/%s {v} "{v}"', { v: value })).toBe(`${value}/${value}`);
      }),
      { numRuns: 60 },
    );
  });

  test("more than nine placeholders stay apart", () => {
    const names = Array.from({ length: 12 }, (_, index) => `n${index}`);
    const values = Object.fromEntries(names.map((name, index) => [name, String(index)]));
    expect(shell(`printf '%s ' ${names.map((name) => `{${name}}`).join(" ")}`, values)).toBe(
      "0 1 2 3 4 5 6 7 8 9 10 11 ",
    );
  });

  test("a placeholder between single quotes is refused, since nothing could be filled in there", () => {
    expect(() => fillShell("echo 'to {host}'", { host: "a" })).toThrow(
      expect.objectContaining({ code: "EXEC_PLACEHOLDER_QUOTED" }) as Error,
    );
    expect(fillShell('echo "it\'s" {host}', { host: "a" })).toHaveLength(5);
  });
});
