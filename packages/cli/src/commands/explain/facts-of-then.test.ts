import { parseCommitSha } from "@lateen/kernel";
import type { LedgerHead } from "@lateen/promote";
import { expect, test } from "vitest";
import { factsOfThen } from "./facts-of-then.ts";

type LedgerEntry = LedgerHead["entry"];

const entry: LedgerEntry = {
  schemaVersion: 1,
  kind: "promote",
  target: "default",
  commit: parseCommitSha("a".repeat(40)),
  tags: [],
  images: [],
  actor: "ada",
  reason: "",
  overrides: [],
  fleet: { verified: false, reason: "" },
  hold: [],
  at: "2026-11-01T00:00:00.000Z",
  nonce: "",
};

function gateThen(kept: Partial<LedgerEntry>): string | undefined {
  const head = { id: "1", position: 1, entry: { ...entry, ...kept } };
  const evidence = { rule: "ledger", verdict: "shipped", fact: "", source: "", at: entry.at };
  const facts = factsOfThen({ target: "default", shipped: { kind: "current", entry: head }, evidence }, false);
  return facts.find(({ rule }) => rule === "gate then")?.verdict;
}

const green = { name: "ci", state: "success" };

test.each([
  { of: "an entry that keeps no checks", kept: {}, verdict: "unknown" },
  { of: "a run that asked for none", kept: { gate: [] }, verdict: "none" },
  { of: "green checks", kept: { gate: [green] }, verdict: "passed" },
  { of: "a waiver", kept: { gate: [green], overrides: [{ check: "ci", reason: "x" }] }, verdict: "passed or waived" },
])("the gate of $of was $verdict", ({ kept, verdict }) => {
  expect(gateThen(kept)).toBe(verdict);
});
