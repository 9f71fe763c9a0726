import type { Clock } from "@lateen/kernel";

/** Lets callers pass, in the order in which they came, so that no window of one second sees more than `perSecond`. */
export function createPace(perSecond: number, clock: Clock): (signal?: AbortSignal) => Promise<void> {
  const passes: number[] = [];
  return async (signal) => {
    const now = clock.now();
    const earliest = passes.length < perSecond ? now : (passes.shift() ?? now) + 1_000;
    const at = Math.max(now, earliest);
    passes.push(at);
    if (at > now) await clock.sleep(at - now, signal);
  };
}
