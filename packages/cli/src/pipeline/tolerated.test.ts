import type { FleetReport } from "@lateen/fleet";
import { parseCommitSha, parseSlug } from "@lateen/kernel";
import { expect, test } from "vitest";
import { toleratedIn } from "./tolerated.ts";

type Lists = Partial<Record<"stragglers" | "quarantined" | "unknown" | "pinned", readonly string[]>>;

function report({ stragglers = [], quarantined = [], unknown = [], pinned = [] }: Lists): FleetReport {
  const slugs = (names: readonly string[]) => names.map((name) => parseSlug(name));
  return {
    release: { sha: parseCommitSha("a".repeat(40)), digests: {}, tag: "staging-aaaaaaa" },
    enumerated: 40,
    verified: 10,
    ahead: 0,
    stragglers: slugs(stragglers),
    quarantined: slugs(quarantined),
    unknown: slugs(unknown),
    pinned: slugs(pinned),
    departed: [],
    ephemeral: [],
    tenants: [],
    moved: 10,
    waves: [],
  };
}

test.each<[string, Lists, string]>([
  ["no tenant", {}, ""],
  ["one straggler", { stragglers: ["t2"] }, "1 of 40 tenants is off target and tolerated: t2"],
  [
    "one of each list",
    { stragglers: ["t2"], quarantined: ["t3"], unknown: ["t4"] },
    "3 of 40 tenants are off target and tolerated: t2, t3, t4",
  ],
  ["a pinned one, which is off on purpose", { stragglers: ["t2"], pinned: ["t2"] }, ""],
  [
    "more than anybody reads",
    { unknown: Array.from({ length: 22 }, (_, index) => `t${index}`) },
    `22 of 40 tenants are off target and tolerated: ${Array.from({ length: 20 }, (_, index) => `t${index}`).join(", ")} and 2 more`,
  ],
])("names who was left behind: %s", (_, lists, sentence) => {
  expect(toleratedIn(report(lists))).toBe(sentence);
});

test("says nothing without a fleet", () => {
  expect(toleratedIn(undefined)).toBe("");
});
