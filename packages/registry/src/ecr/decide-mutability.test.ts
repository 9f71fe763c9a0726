import { expect, test } from "vitest";
import { decideMutability } from "./decide-mutability.ts";
import { mutabilityTable } from "../../test/tables/decide-mutability.table.ts";

test.each(mutabilityTable)("$setting $exclusions: $tag is $answer", ({ setting, exclusions, tag, answer }) => {
  expect(decideMutability({ mutability: setting, exclusions }, tag)).toBe(answer);
});

test("a filter with the characters of a regular expression is taken literally", () => {
  expect(decideMutability({ mutability: "IMMUTABLE_WITH_EXCLUSION", exclusions: ["a.b+(c"] }, "aXb+(c")).toBe(
    "immutable",
  );
});
