import { createFakeClock } from "@lateen/kernel/testing";
import { expect, test } from "vitest";
import type { Rollout } from "../store/rollout.ts";
import { watchRollout } from "./watched-rollout.ts";

const rollout = { id: "r", epoch: 1, wish: null, acts: [], actor: "octavia" } as unknown as Rollout;
const paused: Rollout = { ...rollout, wish: "pause" };

test("a pause that no sign of life has read yet holds what comes next, until it is taken back", async () => {
  const rows = [paused, rollout];
  let seen: ((row: Rollout) => void) | undefined;
  const { pause } = watchRollout(rollout, {
    pulse: { join: ({ see }) => ((seen = see), () => undefined) },
    read: async () => rows.shift() ?? rollout,
    interrupt: () => undefined,
    isAtRest: () => true,
  });
  let isOver = false;
  const waiting = pause.whileRunning(createFakeClock({ auto: true }), new AbortController().signal);
  void waiting.then(() => (isOver = true));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isOver).toBe(false);
  seen?.(rollout);
  await waiting;
});

test("the row of another runner's time says nothing", async () => {
  const { pause, current } = watchRollout(rollout, {
    pulse: { join: () => () => undefined },
    read: async () => ({ ...paused, epoch: 2 }),
    interrupt: () => undefined,
    isAtRest: () => true,
  });
  await pause.whileRunning(createFakeClock({ auto: true }), new AbortController().signal);
  expect(current()).toBe(rollout);
});

test("a database that is away is asked until it answers", async () => {
  const answers = [Promise.reject(new Error("away")), Promise.resolve(rollout)];
  const { pause, current } = watchRollout(rollout, {
    pulse: { join: () => () => undefined },
    read: async () => answers.shift() ?? paused,
    interrupt: () => undefined,
    isAtRest: () => true,
  });
  await pause.whileRunning(createFakeClock({ auto: true }), new AbortController().signal);
  expect({ current: current(), left: answers.length }).toEqual({ current: rollout, left: 0 });
});
