import { describe, expect, test } from "vitest";
import { readRows } from "./read-rows.ts";

describe("rows", () => {
  test("one object a line, in order; texts, numbers and truth values can be filled in, the rest is left", () => {
    const stdout =
      '{"slug":"b","host":"b.test","port":22,"eu":true,"deep":{"x":1},"none":null,"tags":["ring-0"]}\n\n{"slug":"a"}\r\n';
    expect(readRows(stdout, "hosts")).toEqual({
      kind: "found",
      value: [
        { slug: "b", values: { slug: "b", host: "b.test", port: "22", eu: "true" }, tags: ["ring-0"] },
        { slug: "a", values: { slug: "a" }, tags: undefined },
      ],
    });
  });

  test("no line is an empty fleet, and never an error", () => {
    expect(readRows(" \n\n", "hosts")).toMatchObject({ kind: "absent" });
  });

  test("the same line twice is one tenant", () => {
    expect(readRows('{"slug":"a"}\n{"slug":"a"}\n', "hosts")).toMatchObject({ kind: "found", value: [{ slug: "a" }] });
  });

  test.each([
    ["text", "acme\n", "EXEC_ROWS_UNREADABLE", "unavailable"],
    ["a list", '[{"slug":"a"}]', "EXEC_ROWS_UNREADABLE", "unavailable"],
    ["an object without a slug", '{"name":"a"}', "EXEC_ROWS_UNREADABLE", "unavailable"],
    ["a number for a slug", '{"slug":7}', "EXEC_ROWS_UNREADABLE", "unavailable"],
    ["half a line", '{"slug":"a"}\n{"slug":', "EXEC_ROWS_UNREADABLE", "unavailable"],
    ["a value without end", `{"slug":"a","x":"${"y".repeat(5_000)}"}`, "EXEC_ROWS_UNREADABLE", "unavailable"],
    ["a slug outside the grammar", '{"slug":"../etc"}', "SLUG_INVALID", "input"],
    ["a slug in capitals", '{"slug":"Acme"}', "SLUG_INVALID", "input"],
    ["one tenant with two hosts", '{"slug":"a","host":"x"}\n{"slug":"a","host":"y"}', "FLEET_CLAIMED_TWICE", "state"],
  ])("%s makes the fleet unknown", (_, stdout, code, category) => {
    expect(readRows(stdout, "hosts")).toMatchObject({ kind: "unknown", cause: { code, category } });
  });
});
