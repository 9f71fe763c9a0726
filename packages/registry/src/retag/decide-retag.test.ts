import { absent, type Digest, found, ReleaseError, unknown } from "@lateen/kernel";
import { property, assert, array, constantFrom } from "fast-check";
import { expect, test } from "vitest";
import { decideRetag, decideTag, type TagEnd } from "./decide-retag.ts";
import { retagTable } from "../../test/tables/decide-retag.table.ts";

const wanted = `sha256:${"a".repeat(64)}` as Digest;
const other = `sha256:${"b".repeat(64)}` as Digest;

test.each(retagTable)("$outcome: $because", ({ tags, outcome }) => {
  expect(decideRetag(tags)).toBe(outcome);
});

test("a tag is kept, moved, created, or not touched because it is not known", () => {
  expect(decideTag(wanted, found({ digest: wanted }))).toBe("keep");
  expect(decideTag(wanted, found({ digest: other }))).toBe("move");
  expect(decideTag(wanted, absent("404"))).toBe("create");
  expect(decideTag(wanted, unknown(new ReleaseError({ code: "X", category: "unavailable", message: "gone" })))).toBe(
    "unknown",
  );
});

test("one more tag that is not right never makes the whole right", () => {
  const ends: TagEnd[] = [
    { action: "unchanged" },
    { action: "moved" },
    { action: "created" },
    { action: "pending" },
    { action: "foreign" },
    { action: "refused", failure: "refused" },
    { action: "refused", failure: "unavailable" },
  ];
  const good = new Set(["done", "unchanged"]);
  assert(
    property(array(constantFrom(...ends), { minLength: 1 }), constantFrom(...ends.slice(3)), (tags, bad) => {
      expect(good.has(decideRetag([...tags, bad]))).toBe(false);
    }),
  );
});
