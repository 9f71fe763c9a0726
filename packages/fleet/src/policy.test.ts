import { parseSlug } from "@lateen/kernel";
import { expect, test } from "vitest";
import { type FleetPolicy, resolvePolicy } from "./policy.ts";

const canary = parseSlug("t1");

test.each<[FleetPolicy, string]>([
  [{ pace: { batch: 0 } }, "batch"],
  [{ pace: { batch: 1.5 } }, "batch"],
  [{ pace: { waves: [] } }, "waves"],
  [{ pace: { waves: [0] } }, "waves"],
  [{ pace: { waves: ["101%"] } }, "waves"],
  [{ pace: { window: { growth: 0, cap: 5 } } }, "window"],
  [{ maxStragglers: -1 }, "maxStragglers"],
  [{ maxStragglers: "x%" as never }, "maxStragglers"],
  [{ canary: [canary, canary] }, "twice"],
  [{ soakMs: Number.NaN }, "times"],
  [{ verify: { intervalMs: 0 } }, "interval"],
  [{ verify: { concurrency: 0 } }, "concurrency"],
])("%j is refused with a reason", (policy, reason) => {
  expect(() => resolvePolicy(policy)).toThrow(
    expect.objectContaining({ code: "FLEET_POLICY_INVALID", why: expect.stringContaining(reason) }),
  );
});

test("every problem of a policy is named at once, with what to do", () => {
  expect(() => resolvePolicy({ pace: { batch: 0 }, callSize: 0, maxStragglers: -1 })).toThrow(
    expect.objectContaining({
      why: expect.stringMatching(/batch.*maxStragglers.*callSize/),
      fix: expect.stringContaining("nothing was moved"),
    }),
  );
});
