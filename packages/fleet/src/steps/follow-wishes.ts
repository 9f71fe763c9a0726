import type { RolloutEvent } from "../engine/journal-entry.ts";
import type { RolloutState } from "../engine/rollout-state.ts";
import type { Wish } from "../ports/wishes.ts";
import type { Run } from "./run.ts";

/** Time between two reads of the wishes, in milliseconds: a stop is effective within a second of being read. */
const intervalMs = 1_000;

/** Reads the newest wish and records it if it changes something; answers if it did. */
export async function heedWish({ ports, state, record }: Run, signal: AbortSignal): Promise<boolean> {
  const wish = await ports.wishes?.read(signal).catch(() => undefined);
  const event = wish === undefined || signal.aborted ? undefined : decideWish(state, wish);
  if (event === undefined) return false;
  await record(event);
  return true;
}

/**
 * Reads the wishes until `signal` aborts, records those that change something, and calls `wake` after each of them.
 *
 * A wish that cannot be read is no wish: the rollout goes on, and it is read again a second later.
 */
export async function followWishes(run: Run, wake: () => void, signal: AbortSignal): Promise<void> {
  const { wishes, clock } = run.ports;
  if (wishes === undefined) return;
  while (!signal.aborted) {
    if (await heedWish(run, signal)) wake();
    const waits = [clock.sleep(intervalMs, signal), wishes.changed?.(signal)];
    await Promise.race(waits.filter((wait) => wait !== undefined)).catch(() => undefined);
  }
}

/** The event that a wish comes to; undefined if the rollout is that way already. */
export function decideWish(
  state: Pick<RolloutState, "paused" | "stop">,
  { kind, actor, reason }: Wish,
): RolloutEvent | undefined {
  if (state.stop !== undefined) return undefined;
  const by = reason === undefined ? { actor } : { actor, reason };
  if (kind === "pause") return state.paused === undefined ? { type: "rollout-paused", ...by } : undefined;
  if (kind === "continue") return state.paused === undefined ? undefined : { type: "rollout-continued", ...by };
  const why = reason === undefined ? "" : `: ${reason}`;
  return {
    type: "guard-stopped",
    guard: "operator",
    outcome: "halted",
    code: "STOP_REQUESTED",
    reason: `${actor} stopped the rollout${why}`,
  };
}
