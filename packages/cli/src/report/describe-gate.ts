import type { GateEvent } from "@lateen/gate";
import { formatDuration } from "@lateen/kernel";
import { type Describers, info, warning } from "./line.ts";

/** How the events of a gate read. */
export const describeGate: Describers<GateEvent> = {
  "check-changed": (event) => info(`${event.name}: ${event.state}${event.detail === "" ? "" : ` (${event.detail})`}`),
  "gate-waited": (event) => info(`waiting for ${event.pending.join(", ")}; ${formatDuration(event.leftMs)} left`),
  "kill-switch-degraded": (event) => warning(`kill switch ${event.variable}: ${event.message}`),
  "deferral-without-successor": (event) => warning(`${event.name}: ${event.message}`),
  "override-used": (event) => warning(`${event.name} is waived: ${event.reason}`),
  "rate-limited": (event) => info(`the forge asks for a pause of ${formatDuration(event.waitMs)}`),
  "request-retried": (event) => info(`the forge: ${event.message}; again in ${formatDuration(event.delayMs)}`),
};
