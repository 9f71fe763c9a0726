import { absent, type Ancestry, found, parseDigest, type Reading, ReleaseError, unknown } from "@lateen/kernel";
import { describe, expect, test } from "vitest";
import { decideCandidate } from "./candidate.ts";
import { decideDestination } from "./destination.ts";
import { destinationTable } from "../../test/tables/destination.table.ts";
import { decideDrift } from "./drift.ts";
import { driftTable } from "../../test/tables/drift.table.ts";
import { decideLedger } from "./ledger.ts";
import { ledgerTable } from "../../test/tables/ledger.table.ts";
import { decidePin } from "./pin.ts";
import { pinTable } from "../../test/tables/pin.table.ts";
import { decideSettle } from "./settle.ts";
import { settleTable } from "../../test/tables/settle.table.ts";
import type { PromotionRules } from "../facts/promotion-facts.ts";
import { promotionRules } from "./rules.ts";
import { testCommit } from "../testing/memory-history.ts";
import { testEntry } from "../testing/test-entry.ts";
import { worldRepositories } from "../testing/world.ts";

const [repository] = worldRepositories;
const trouble = new ReleaseError({ code: "TROUBLE", category: "unavailable", message: "no answer" });
const wanted = parseDigest(`sha256:${"a".repeat(64)}`);
const other = parseDigest(`sha256:${"b".repeat(64)}`);
const names = (digest: typeof wanted) => found({ digest, mediaType: "", size: 1 });

function rulesOf(word: string): PromotionRules {
  return {
    kind: word === "rollback" ? "rollback" : "promote",
    allowUnlabelled: word === "allowUnlabelled",
    waived: word.startsWith("waive ") ? [word.slice("waive ".length)] : [],
  };
}

function ancestryOf(word: string): Reading<Ancestry> | undefined {
  if (word === "-") return undefined;
  if (word === "unreadable") return unknown(trouble);
  return word === "no such commit" ? absent("404") : found(word as Ancestry);
}

describe("decideDestination", () => {
  test.each(destinationTable)("$current, $revision, $ancestry, $rules: $action", (row) => {
    const current = {
      absent: absent("404"),
      candidate: names(wanted),
      other: names(other),
      unreadable: unknown(trouble),
    }[row.current];
    const revision = {
      stated: found("0123456789ab"),
      none: absent("no label"),
      several: unknown(new ReleaseError({ code: "DISAGREES", category: "state", message: "two commits" })),
      unreadable: unknown(trouble),
      "-": undefined,
    }[row.revision];
    const facts = { repository, tag: "latest", wanted, current, revision, ancestry: ancestryOf(row.ancestry) };
    const { action, finding } = decideDestination(facts, rulesOf(row.rules));
    expect(action).toBe(row.action);
    expect(finding.verdict).toBe(
      { refuse: "refused", unknown: "unknown" }[action as string] ??
        (finding.verdict === "waived" ? "waived" : "passed"),
    );
    expect(promotionRules.map(({ rule }) => rule)).toContain(finding.rule);
  });
});

test.each(pinTable)("a pin that names $current: $action, since $because", ({ current, action }) => {
  const seen = { absent: absent("404"), candidate: names(wanted), other: names(other), unreadable: unknown(trouble) };
  const decided = decidePin({ repository, tag: "release-0123456789ab", wanted, current: seen[current] });
  expect({ action: decided.action, verdict: decided.finding.verdict }).toEqual({
    action,
    verdict: action === "refuse" ? "refused" : action === "unknown" ? "unknown" : "passed",
  });
});

test.each([
  ["state", "refused", /two commits; build it again$/],
  ["unavailable", "unknown", /run again$/],
] as const)("a candidate whose revision is a matter of %s is %s", (category, verdict, fact) => {
  const commit = testCommit("mine");
  const cause = new ReleaseError({ code: "TROUBLE", category, message: "two commits", fix: "build it again" });
  const manifest = found({ digest: wanted, mediaType: "", size: 1, bytes: new Uint8Array() });
  const candidate = { repository, candidate: "staging", manifest, revision: unknown(cause) };
  const findings = decideCandidate(candidate, commit);
  expect(findings.at(-1)).toMatchObject({ rule: "revision", verdict, fact: expect.stringMatching(fact) as string });
});

test("a label of control characters cannot reach a terminal", () => {
  const revision = found("\u001b[2Jdeadbeef");
  const facts = {
    repository,
    tag: "latest",
    wanted,
    current: names(other),
    revision,
    ancestry: found<Ancestry>("behind"),
  };
  // eslint-disable-next-line no-control-regex
  expect(decideDestination(facts, rulesOf("plain")).finding.fact).not.toMatch(/[\u0000-\u001f]/);
});

describe("decideLedger", () => {
  test.each(ledgerTable)("$newest, $ancestry, hold $hold, $rules: $action", (row) => {
    const mine = testEntry("mine");
    const entry =
      row.newest === "another commit"
        ? testEntry("other")
        : row.newest === "this commit"
          ? mine
          : { ...mine, images: [] };
    const hold = ancestryOf(row.hold);
    const facts = {
      head:
        { none: absent("empty"), unreadable: unknown(trouble) }[row.newest as string] ??
        found({ id: "1", position: 1, entry }),
      ancestry: ancestryOf(row.ancestry),
      holds: hold === undefined ? [] : [{ commit: testCommit("bad"), ancestry: hold }],
    };
    expect(decideLedger(facts, mine, rulesOf(row.rules), "ledger").action).toBe(row.action);
  });

  test("an entry that lacks a repository or a tag of this promotion is not this promotion", () => {
    const mine = testEntry("mine");
    const head = found({ id: "1", position: 1, entry: mine });
    const decide = (changes: Partial<typeof mine>) =>
      decideLedger({ head, holds: [] }, { ...mine, ...changes }, rulesOf("plain"), "ledger").action;
    expect(decide({})).toBe("resume");
    expect(decide({ tags: ["latest", "stable"] })).toBe("append");
    expect(decide({ images: [...mine.images, { repository, digest: wanted, previous: [] }] })).toBe("append");
  });
});

describe("decideSettle", () => {
  test.each(settleTable)("$seen, written $written, $since, $again: $decision", (row) => {
    const seen = {
      wanted: names(wanted),
      nothing: absent("404"),
      older: names(other),
      strange: names(other),
      unreadable: unknown(trouble),
    };
    const facts = {
      wanted,
      seen: seen[row.seen],
      written: row.written === "never" ? undefined : row.written,
      sinceWriteMs: { "at once": 0, "a poll": 2_000, long: 10_000 }[row.since],
      seenIsOlder: row.seen === "nothing" || row.seen === "older",
      strangeLooks: row.seen === "strange" ? row.again : 0,
      refusedWrites: row.seen === "strange" ? 0 : row.again,
    };
    expect(decideSettle(facts, { pollMs: 2_000, rewriteAfterMs: 10_000 })).toBe(row.decision);
  });
});

describe("decideDrift", () => {
  test.each(driftTable)("ledger $ledger, tag $tag, trunk $trunk, age $age: $drift", (row) => {
    const current = {
      "as the ledger": names(wanted),
      other: names(other),
      absent: absent("404"),
      unreadable: unknown(trouble),
    };
    const facts = {
      trunk: row.trunk === "unreadable" ? unknown(trouble) : found(testCommit("trunk")),
      ledger: {
        entry: found({ id: "1", position: 1, entry: testEntry("one") }),
        empty: absent("empty"),
        unreadable: unknown(trouble),
      }[row.ledger],
      ancestry: row.ledger === "entry" ? ancestryOf(row.trunk) : undefined,
      aheadForMs: { "no limit": 0, within: 10, beyond: 30, unknown: undefined }[row.age],
      tags: [
        {
          repository,
          tag: "latest",
          wanted: row.tag === "not in the entry" ? undefined : wanted,
          current: row.tag === "not in the entry" ? names(wanted) : current[row.tag],
        },
      ],
    };
    const decision = decideDrift(facts, { maxAgeMs: row.age === "no limit" ? undefined : 20 });
    expect(decision.drift).toBe(row.drift);
    expect(decision.reasons.length > 0).toBe(row.drift !== "none");
  });
});
