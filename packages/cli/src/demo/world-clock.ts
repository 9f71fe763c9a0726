import { type Clock, interrupted } from "@lateen/kernel";

/** Most that time moves between two looks at the machine's clock, in milliseconds: a pause of the machine is longer. */
const longestStepMs = 50;

/** Time between two looks while there is an alarm, in milliseconds. */
const lookMs = 10;

interface Alarm {
  readonly at: number;
  run(): void;
}

/** The clock of a world. */
export interface WorldClock extends Clock {
  /** Takes the machine's time from now on: what drives the world from another process has no other. */
  followMachine(): void;
}

/**
 * Time in a world: that of `machine`, which stops while the machine does.
 *
 * The world and most of what runs over it are one process. If that is stopped, or gets no processor, nothing in the world goes on, and no
 * time limit may pass because of it: an incident is about the pipeline, not about the machine that plays it.
 */
export function createWorldClock(machine: Clock): WorldClock {
  const { elapsed: measure = machine.now } = machine;
  const began = machine.now();
  const alarms = new Set<Alarm>();
  const measured = measure();
  let [seen, passed] = [measured, 0];
  let [isLooking, isFollowing] = [false, false];

  const elapsed = (): number => {
    const now = measure();
    if (isFollowing) return now - measured;
    passed += Math.min(longestStepMs, Math.max(0, now - seen));
    seen = now;
    return passed;
  };
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    while (alarms.size > 0) {
      await machine.sleep(lookMs);
      const due = [...alarms].filter(({ at }) => at <= elapsed()).toSorted((a, b) => a.at - b.at);
      for (const alarm of due) if (alarms.delete(alarm)) alarm.run();
    }
    isLooking = false;
  };
  const after = (ms: number, run: () => void): (() => void) => {
    const alarm = { at: elapsed() + ms, run };
    alarms.add(alarm);
    void look();
    return () => void alarms.delete(alarm);
  };
  return {
    now: () => Math.trunc(began + elapsed()),
    elapsed,
    after,
    followMachine: () => void (isFollowing = true),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(interrupted(signal));
        const wake = (): void => (signal?.removeEventListener("abort", callOff), resolve());
        const callOff = (): void => (stop(), reject(interrupted(signal)));
        const stop = after(Math.max(0, ms), wake);
        signal?.addEventListener("abort", callOff, { once: true });
      }),
  };
}
