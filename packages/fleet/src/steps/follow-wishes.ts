import type { RolloutEvent } from "../engine/journal-entry.ts";
import type { RolloutState } from "../engine/rollout-state.ts";
import type { Wish } from "../ports/wishes.ts";
import type { Run } from "./run.ts";

/** Time between two reads of the wishes, in milliseconds: a stop is effective within a second of being read. */
const intervalMs = 1_000;

/** Reads the wishes until `signal` aborts, and calls `wake` after each that changed something. */
export async function followWishes(run: Run, wake: () => void, signal: AbortSignal): Promise<void> {
  const { wishes, clock } = run.ports;
  if (wishes === undefined) return;
  while (!signal.aborted) {
    const waits = [clock.sleep(intervalMs, signal), wishes.changed?.(signal)];
    await Promise.race(waits.filter((wait) => wait !== undefined)).catch(() => undefined);
    if (!signal.aborted && (await readWish(run, signal))) wake();
  }
}

/**
 * Reads the newest wish and records it if it changes something, or if it is the first time that it is seen.
 *
 * A wish that cannot be read counts as none: the rollout continues, and it is read again a second later.
 */
export async function readWish(run: Run, signal?: AbortSignal): Promise<boolean> {
  const wish = await run.ports.wishes?.read(signal).catch(() => undefined);
  const event = wish === undefined || signal?.aborted === true ? undefined : decideWish(run.state, wish);
  if (event !== undefined) await run.record(event);
  return event !== undefined;
}

/** The event that a wish causes; undefined if it is for another rollout, was seen before, or the rollout is that way already. */
export function decideWish(
  state: Pick<RolloutState, "id" | "paused" | "stop" | "wishes">,
  { kind, actor, reason, id, rollout }: Wish,
): RolloutEvent | undefined {
  if (state.stop !== undefined || (rollout !== undefined && rollout !== state.id)) return undefined;
  if (id !== undefined && state.wishes.has(id)) return undefined;
  const by = { actor, ...(reason === undefined ? {} : { reason }), ...(id === undefined ? {} : { wish: id }) };
  const isNew = id !== undefined;
  if (kind === "pause") return isNew || state.paused === undefined ? { type: "rollout-paused", ...by } : undefined;
  if (kind === "continue")
    return isNew || state.paused !== undefined ? { type: "rollout-continued", ...by } : undefined;
  const why = reason === undefined ? "" : `: ${reason}`;
  return {
    type: "guard-stopped",
    guard: "operator",
    outcome: "halted",
    code: "STOPPED",
    reason: `${actor} stopped the rollout${why}`,
    ...(id === undefined ? {} : { wish: id }),
  };
}
