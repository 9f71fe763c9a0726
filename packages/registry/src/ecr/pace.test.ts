import { createFakeClock } from "@lateen/kernel/testing";
import { expect, test } from "vitest";
import { createPace } from "./pace.ts";

test("no second sees more than ten", async () => {
  const clock = createFakeClock({ auto: true });
  const pace = createPace(10, clock);
  const times: number[] = [];
  await Promise.all(Array.from({ length: 45 }, () => pace().then(() => times.push(clock.now()))));
  times.sort((a, b) => a - b);
  for (const [index, time] of times.entries()) {
    const tenLater = times[index + 10];
    if (tenLater !== undefined) expect(tenLater - time).toBeGreaterThanOrEqual(1_000);
  }
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThanOrEqual(4_000);
});
