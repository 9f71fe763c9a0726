import { expect, test } from "vitest";
import type { FreezeWindow } from "../policy.ts";
import { decideFreeze } from "./decide-freeze.ts";

const weekend: FreezeWindow = { days: ["sat", "sun"], zone: "Europe/Berlin", reason: "weekend" };
const night: FreezeWindow = { hours: "22:00-06:00", zone: "Europe/Berlin", reason: "night" };
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
  // In the night to 28 March 2027 the clocks of Berlin go from 2 to 3, in that to 25 October 2026 from 3 to 2.
  { window: weekend, at: "2027-03-28T21:59:00Z", held: true },
  { window: weekend, at: "2027-03-28T22:00:00Z", held: false },
  { window: weekend, at: "2026-10-25T22:59:00Z", held: true },
  { window: weekend, at: "2026-10-25T23:00:00Z", held: false },
  { window: night, at: "2027-03-27T20:59:00Z", held: false },
  { window: night, at: "2027-03-27T21:00:00Z", held: true },
  { window: night, at: "2027-03-28T03:59:00Z", held: true },
  { window: night, at: "2027-03-28T04:00:00Z", held: false },
  { window: night, at: "2026-10-24T20:00:00Z", held: true },
  { window: night, at: "2026-10-25T04:59:00Z", held: true },
  { window: night, at: "2026-10-25T05:00:00Z", held: false },
  // Of Friday's night alone: it ends on Saturday morning, and the night before ended on Friday morning.
  { window: { ...night, days: ["fri"] }, at: "2026-11-27T04:00:00Z", held: false },
  { window: { ...night, days: ["fri"] }, at: "2026-11-27T21:00:00Z", held: true },
  { window: { ...night, days: ["fri"] }, at: "2026-11-28T04:59:00Z", held: true },
  { window: { ...night, days: ["fri"] }, at: "2026-11-28T05:00:00Z", held: false },
  { window: { ...night, days: ["fri"] }, at: "2026-11-28T21:00:00Z", held: false },
  { window: { reason: "lunch", hours: "12:00-13:30" }, at: "2026-11-27T11:59:59Z", held: false },
  { window: { reason: "lunch", hours: "12:00-13:30" }, at: "2026-11-27T13:29:59Z", held: true },
  { window: { reason: "lunch", hours: "12:00-13:30" }, at: "2026-11-27T13:30:00Z", held: false },
  { window: { reason: "late", hours: "18:00-24:00", days: ["fri"] }, at: "2026-11-27T23:59:59Z", held: true },
  { window: { reason: "late", hours: "18:00-24:00", days: ["fri"] }, at: "2026-11-28T00:00:00Z", held: false },
  { window: { reason: "all", hours: "00:00-24:00" }, at: "2026-11-28T00:00:00Z", held: true },
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
