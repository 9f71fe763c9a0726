import type { RolloutStatus } from "@lateen/fleet";
import { parseCommitSha } from "@lateen/kernel";
import type { LedgerHead } from "@lateen/promote";
import { expect, test } from "vitest";
import { decideFleetProof } from "./decide-fleet-proof.ts";

const [commit, other] = ["a", "b"].map((letter) => parseCommitSha(letter.repeat(40)));
const second = (at: number): string => new Date(at * 1000).toISOString();
const verified = (at: number, of = commit, position = 1): LedgerHead =>
  ({ id: "1", position, entry: { commit: of, fleet: { verified: true, at: second(at) } } }) as LedgerHead;
const unproven = { id: "1", position: 1, entry: { commit, fleet: { verified: false, reason: "" } } } as LedgerHead;
const ended = (outcome: string, at: number, of = commit): RolloutStatus =>
  ({ release: { sha: of }, outcome, endedAt: at * 1000 }) as RolloutStatus;

test.each([
  { of: "no record", heads: [], rollout: undefined, proof: undefined },
  { of: "the entry alone", heads: [verified(5)], rollout: undefined, proof: { at: 5_000, by: "entry 1" } },
  { of: "an entry of another commit", heads: [verified(5, other)], rollout: undefined, proof: undefined },
  { of: "an entry without a fleet", heads: [unproven], rollout: undefined, proof: undefined },
  { of: "a rollout", heads: [unproven], rollout: ended("shipped", 7), proof: { at: 7_000, by: "the last rollout" } },
  { of: "a rollout of another commit", heads: [], rollout: ended("shipped", 7, other), proof: undefined },
  { of: "a halted rollout", heads: [], rollout: ended("halted", 7), proof: undefined },
  { of: "an entry after it", heads: [verified(9)], rollout: ended("shipped", 7), proof: { at: 9_000, by: "entry 1" } },
  {
    of: "the newest of two targets",
    heads: [verified(5), verified(6, commit, 4)],
    rollout: undefined,
    proof: { at: 6_000, by: "entry 4" },
  },
])("the fleet is proven by $of", ({ heads, rollout, proof }) => {
  expect(decideFleetProof(commit!, heads, rollout)).toEqual(proof);
});
