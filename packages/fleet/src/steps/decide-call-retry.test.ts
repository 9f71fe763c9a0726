import { ReleaseError } from "@lateen/kernel";
import { expect, test } from "vitest";
import { decideRetry } from "./decide-call-retry.ts";

const second = 1_000;
const minute = 60 * second;
const patience = { timeoutMs: 4 * minute, intervalMs: 20 * second };
const pauseAfter = (retryAfterMs: number | undefined, busyForMs: number): number | undefined => {
  const cause = new ReleaseError({ code: "BUSY", category: "unavailable", message: "busy", retryAfterMs });
  return decideRetry({ kind: "busy", cause }, { transients: 0, busy: busyForMs === 0 ? 0 : 3, busyForMs }, patience);
};

test.each([
  { name: "as long as it says", asked: 30 * second, busyFor: 0, pause: 30 * second },
  { name: "as long as it says, past the time for a proof", asked: 10 * minute, busyFor: 0, pause: 10 * minute },
  { name: "again as long as it says, after other waits", asked: 4 * minute, busyFor: 5 * second, pause: 4 * minute },
  { name: "until a quarter of an hour is over", asked: 2 * minute, busyFor: 14 * minute, pause: undefined },
  { name: "not for longer than a quarter of an hour", asked: 16 * minute, busyFor: 0, pause: undefined },
  { name: "one that says nothing, for an interval", asked: undefined, busyFor: minute, pause: 20 * second },
  { name: "one that says nothing, while a proof may take", asked: undefined, busyFor: 4 * minute, pause: undefined },
])("a busy control plane is waited for: $name", ({ asked, busyFor, pause }) => {
  expect(pauseAfter(asked, busyFor)).toBe(pause);
});
