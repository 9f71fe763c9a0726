import { absent, found, ReleaseError, unknown } from "@lateen/kernel";
import { expect, test } from "vitest";
import { decideHold } from "./decide-hold.ts";

const now = Date.parse("2026-06-01T12:00:00Z");
const hold = { reason: "migration", actor: "octavia" };
const broken = unknown(new ReleaseError({ code: "HOLD_UNREADABLE", category: "state", message: "not understood" }));

test.each([
  ["nothing was ever armed", absent("no such ref"), "free"],
  ["armed without an end", found(hold), "held"],
  ["armed until later", found({ ...hold, until: "2026-06-01T12:00:01Z" }), "held"],
  ["armed until now", found({ ...hold, until: "2026-06-01T12:00:00Z" }), "free"],
  ["armed until later, in another zone", found({ ...hold, until: "2026-06-01T13:59:00+01:00" }), "held"],
  ["armed until a time that is none", found({ ...hold, until: "soon" }), "held"],
  ["unreadable", broken, "held"],
] as const)("%s: %s", (_, reading, verdict) => {
  expect(decideHold("refs/lateen/hold", reading, now).verdict).toBe(verdict);
});

test("says who holds, until when and why", () => {
  const { reason } = decideHold("refs/lateen/hold", found({ ...hold, until: "2026-07-01T00:00:00Z" }), now);
  expect(reason).toMatch(/octavia.*2026-07-01.*migration/);
});
