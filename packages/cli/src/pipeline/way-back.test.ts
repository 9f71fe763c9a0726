import { expect, test } from "vitest";
import { wayBackLine } from "./way-back.ts";

const [a, b, c] = ["a", "b", "c"].map((letter) => letter.repeat(40));

test.each([
  { of: "one commit before", before: [a, a, a], to: a },
  { of: "tenants that could not be read", before: [undefined, a, undefined], to: a },
  { of: "several, of which one is that of most", before: [a, b, a], to: a },
  { of: "two that are as many", before: [a, b], to: "SHA" },
  { of: "the release itself, which some ran before", before: [c, c, c, a], to: a },
  { of: "nothing that is known", before: [undefined], to: "SHA" },
  { of: "what is no commit", before: ["dev", "dev", "$(reboot)"], to: "SHA" },
])("goes to $to after $of", ({ before, to }) => {
  expect(wayBackLine({ commit: c!, before, hasLedger: true })).toBe(`lateen rollback --to ${to} --reason TEXT`);
});

test("is none without a ledger, where every rollback would be refused", () => {
  expect(wayBackLine({ commit: c!, before: [a], hasLedger: false })).toBeUndefined();
});
