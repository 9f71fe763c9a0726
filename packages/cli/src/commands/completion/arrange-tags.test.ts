import { describe, expect, test } from "vitest";
import { arrangeTags, type TagFacts } from "./arrange-tags.ts";

const facts: TagFacts = {
  listed: ["zeta", "staging-b", "latest", "alpha"],
  promoted: ["latest"],
  candidates: [
    { value: "staging-a", about: "not built" },
    { value: "staging-b", about: "built" },
  ],
};
const names = (given: TagFacts): readonly string[] => arrangeTags(given).map(({ value }) => value);

describe("tags", () => {
  test("that are promoted come first, then candidates that are there, then the others", () => {
    expect(arrangeTags(facts)).toEqual([
      { value: "latest", about: "promoted" },
      { value: "staging-b", about: "built" },
      { value: "alpha", about: "" },
      { value: "zeta", about: "" },
    ]);
  });

  test("of a registry that lists nothing are those that would be there", () => {
    expect(names({ ...facts, listed: [] })).toEqual(["latest", "staging-a", "staging-b"]);
  });

  test("that are promoted are offered before there is one", () => {
    expect(names({ ...facts, listed: ["alpha"] })).toEqual(["latest", "alpha"]);
  });
});
