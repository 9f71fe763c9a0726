import type { Clock } from "@lateen/kernel";

/** Milliseconds that only pass: a clock that is set neither ends a wait nor prolongs it. */
export function elapsedOf(clock: Clock): number {
  return clock.elapsed?.() ?? clock.now();
}
