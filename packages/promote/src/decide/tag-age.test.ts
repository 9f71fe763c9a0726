import { parseDigest } from "@lateen/kernel";
import { expect, test } from "vitest";
import { tagAgeTable } from "../../test/tables/tag-age.table.ts";
import { testCommit } from "../testing/memory-history.ts";
import { testEntry } from "../testing/test-entry.ts";
import { worldRepositories } from "../testing/world.ts";
import type { TagState } from "./drift.ts";
import { decideTagAge } from "./tag-age.ts";

const [repository] = worldRepositories;
const [wanted, before, third] = ["a", "b", "c"].map((letter) => parseDigest(`sha256:${letter.repeat(64)}`));
const at = Date.parse("2026-01-01T00:00:00Z");

test.each(tagAgeTable)("the age of a tag that is $tag, ledger: $ledger, is $age", ({ ledger, tag, age }) => {
  const images = [{ repository, digest: wanted!, previous: [{ tag: "latest", digest: before }] }];
  const entry = { ...testEntry(testCommit("one")), images, at: new Date(at).toISOString() };
  const facts = {
    "as the entry": { state: "follows", digest: wanted },
    "as before the entry": { state: "differs", digest: before },
    "a third digest": { state: ledger === "empty" ? "uncovered" : "differs", digest: third },
    absent: { state: "missing", digest: undefined },
    "not in the entry": { state: "uncovered", digest: third },
  } as const satisfies Record<string, { state: TagState; digest: typeof wanted }>;
  const newest = ledger === "entry" ? { id: "1", position: 1, entry } : undefined;
  const decided = decideTagAge({ repository, tag: "latest", ...facts[tag] }, newest, at + 5_000);
  expect(decided).toEqual(age === "since" || age === "within" ? { kind: age, ms: 5_000 } : { kind: age });
});
