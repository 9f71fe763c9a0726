import { expect, test } from "vitest";
import type { FreezeWindow } from "../policy.ts";
import { decideFreeze } from "./decide-freeze.ts";

const weekend: FreezeWindow = { days: ["sat", "sun"], zone: "Europe/Berlin", reason: "weekend" };
const year: FreezeWindow = { from: "2026-12-20", until: "2027-01-03", reason: "holidays" };

test.each<{ window: FreezeWindow; at: string; held: boolean }>([
  // Saturday begins in Berlin an hour before it does in UTC.
  { window: weekend, at: "2026-11-27T22:59:00Z", held: false },
  { window: weekend, at: "2026-11-27T23:00:00Z", held: true },
  { window: weekend, at: "2026-11-29T22:59:00Z", held: true },
  { window: weekend, at: "2026-11-29T23:00:00Z", held: false },
  { window: { ...weekend, zone: undefined }, at: "2026-11-27T23:30:00Z", held: false },
  { window: year, at: "2026-12-19T23:59:59Z", held: false },
  { window: year, at: "2026-12-20T00:00:00Z", held: true },
  { window: year, at: "2027-01-03T23:59:59Z", held: true },
  { window: year, at: "2027-01-04T00:00:00Z", held: false },
  { window: { ...year, days: ["mon"] }, at: "2026-12-22T12:00:00Z", held: false },
])("$window.reason at $at: $held", ({ window, at, held }) => {
  expect(decideFreeze([window], Date.parse(at)).fleet).toBe(held ? window.reason : undefined);
});

test("a window with tenants holds those, and not the fleet", () => {
  const freeze = decideFreeze([{ ...year, tenants: ["t1", "t2"] }], Date.parse("2026-12-24T00:00:00Z"));
  expect({ fleet: freeze.fleet, tenants: [...freeze.tenants] }).toEqual({
    fleet: undefined,
    tenants: [
      ["t2", "holidays"],
      ["t1", "holidays"],
    ],
  });
});
