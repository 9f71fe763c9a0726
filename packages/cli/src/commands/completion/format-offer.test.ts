import { describe, expect, test } from "vitest";
import { formatOffer } from "./format-offer.ts";

const one = (value: string, about = ""): string => formatOffer({ candidates: [{ value, about }] }, "");

describe("what is handed to the shell", () => {
  test("is one line for each candidate that begins with what was typed, each value once", () => {
    const candidates = ["abc", "abd", "b", "abc"].map((value, index) => ({ value, about: `number ${index}` }));
    expect(formatOffer({ candidates }, "ab")).toBe("abc\tnumber 0\nabd\tnumber 1\n");
  });

  test.each([
    ["", "nothing"],
    ["a\nb", "a second line"],
    ["a\tb", "a tab"],
    ["\u001b[2Ja", "an escape sequence"],
    ["a\u202eb", "a bidirectional override"],
    ["-rf", "what would be an option"],
    [":files", "the mark of files"],
    ["x".repeat(301), "a megabyte"],
    [" a", "a space in front"],
  ])("is never %j: %s", (value) => {
    expect(one(value)).toBe("");
  });

  test("explains in one harmless, short line", () => {
    expect(one("abc", "a\n::error::\u001b[31mred\u202e")).toBe("abc\ta ::error:: [31mred\\u{202e}\n");
    expect(one("abc", "x".repeat(1_000_000)).length).toBeLessThan(120);
  });

  test("is 200 candidates at most", () => {
    const candidates = Array.from({ length: 1000 }, (_, index) => ({ value: `t${index}`, about: "" }));
    expect(formatOffer({ candidates }, "").split("\n")).toHaveLength(201);
  });

  test("is the mark of files where files are meant and nothing else fits", () => {
    const candidates = [{ value: "abc", about: "" }];
    expect(formatOffer({ candidates, files: true }, "x")).toBe(":files\n");
    expect(formatOffer({ candidates, files: true }, "a")).toBe("abc\t\n");
    expect(formatOffer({ candidates }, "x")).toBe("");
  });
});
