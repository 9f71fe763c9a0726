import type { AnyEvent } from "./events.ts";

/** Makes a filter of the events of one run: once the rollout has halted, no wave says how few tenants fail. */
export function withoutRateAfterHalt(): (event: AnyEvent) => AnyEvent {
  let hasHalted = false;
  return (event) => {
    if (event.type === "rollout-halted") hasHalted = true;
    if (event.type === "rollout-resumed") hasHalted = false;
    return hasHalted && event.type === "wave-finished" ? { ...event, failureBound: 1 } : event;
  };
}
