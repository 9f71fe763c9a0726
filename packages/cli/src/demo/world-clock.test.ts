import { type Clock, systemClock } from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import { describe, expect, test } from "vitest";
import { createWorldClock } from "./world-clock.ts";

/** The clock of a machine that can be stopped for a while, as its own processes see it. */
function createMachine(): Clock & { stop(ms: number): void } {
  let stopped = 0;
  return {
    now: () => systemClock.now() + stopped,
    elapsed: () => performance.now() + stopped,
    sleep: systemClock.sleep,
    stop: (ms) => void (stopped += ms),
  };
}

describe("the clock of a world", () => {
  test("stops while the machine does", () => {
    const machine = createMachine();
    const clock = createWorldClock(machine);
    const before = clock.now();
    machine.stop(3_600_000);
    expect(clock.now() - before).toBeLessThan(1_000);
  });

  test("takes the machine's time once it follows it, and loses none between two looks", () => {
    const machine = createMachine();
    const clock = createWorldClock(machine);
    machine.stop(3_600_000);
    clock.followMachine();
    expect(Math.abs(clock.now() - machine.now())).toBeLessThan(50);
    machine.stop(60_000);
    expect(Math.abs(clock.now() - machine.now())).toBeLessThan(50);
  });

  test("goes with the machine otherwise", async () => {
    const clock = createWorldClock(createMachine());
    const [before, began] = [clock.now(), performance.now()];
    await clock.sleep(60);
    expect(clock.now() - before).toBeGreaterThanOrEqual(59);
    expect(clock.now() - before).toBeLessThanOrEqual(performance.now() - began + 1);
  });

  test("rings no alarm because of a pause, and each in its turn", async () => {
    const machine = createMachine();
    const clock = createWorldClock(machine);
    const rung: string[] = [];
    clock.after?.(1_000_000, () => rung.push("limit"));
    const callOff = clock.after?.(30, () => rung.push("called off"));
    clock.after?.(40, () => rung.push("second"));
    clock.after?.(20, () => rung.push("first"));
    callOff?.();
    machine.stop(5_000_000);
    await clock.sleep(100);
    expect(rung).toEqual(["first", "second"]);
  });

  test("wakes at once when it is called off, and does not fall asleep afterwards", async () => {
    const clock = createWorldClock(createMachine());
    const controller = new AbortController();
    const sleeping = clock.sleep(86_400_000, controller.signal);
    controller.abort();
    await expect(sleeping).rejects.toMatchObject({ code: "INTERRUPTED" });
    await expect(clock.sleep(1, controller.signal)).rejects.toMatchObject({ code: "INTERRUPTED" });
  });

  test("is what a scaled clock shortens the pauses of", async () => {
    const machine = createMachine();
    const clock = createScaledClock({ factor: 100, machine: createWorldClock(machine) });
    const before = clock.now();
    machine.stop(3_600_000);
    await clock.sleep(5_000);
    expect(clock.now() - before).toBeGreaterThanOrEqual(5_000);
    expect(clock.now() - before).toBeLessThan(60_000);
  });
});
