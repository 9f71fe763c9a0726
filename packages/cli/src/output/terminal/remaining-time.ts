import type { Watched } from "./state.ts";

/** Time in milliseconds for the rest at the pace so far; undefined as long as there is no pace. */
export function remainingMs({ tenants, soak, toCome, pace, movingSince }: Watched, now: number): number | undefined {
  if (pace.tenants === 0) return undefined;
  const open = [...tenants.values()].filter((mark) => mark === "waiting" || mark === "moving").length;
  const moving = open * (pace.ms / pace.tenants) - (movingSince === undefined ? 0 : now - movingSince);
  const soaks = [...toCome.values()].reduce(
    (sum, { soakMs }) => sum + soakMs,
    soak === undefined ? 0 : soak.until - now,
  );
  return Math.max(0, soaks) + Math.max(0, moving);
}
