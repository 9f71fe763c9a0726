import { parseSlug } from "@lateen/kernel";
import { expect, test } from "vitest";
import { fleetEvidence } from "./fleet-evidence.ts";

const [one, two, three] = ["one", "two", "three"].map(parseSlug) as [never, never, never];
const report = { enumerated: 6, verified: 2, ahead: 1, stragglers: [one], quarantined: [two], unknown: [three] };

test("a ledger keeps the counts, and every tenant off target as tolerated, each once", () => {
  expect(fleetEvidence(report, { at: "2026-11-30T12:00:00Z", tookMs: 4200 })).toEqual({
    verified: true,
    enumerated: 6,
    verifiedTenants: 2,
    ahead: 1,
    tolerated: ["one", "two", "three"],
    tookMs: 4200,
    at: "2026-11-30T12:00:00Z",
  });
});

test("a time that is not known is left out", () => {
  expect(fleetEvidence(report, { at: "2026-11-30T12:00:00Z" })).not.toHaveProperty("tookMs");
});
