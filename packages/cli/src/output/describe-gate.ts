import type { GateEvent } from "@lateen/gate";
import { type Describers, detail, info, short, step, warning } from "./text/line.ts";
import { inSeconds } from "./text/times.ts";

export const describeGate: Describers<GateEvent> = {
  "check-changed": (event) =>
    event.state === "success"
      ? step(`${event.name}: success`)
      : info(`${event.name}: ${event.state} (${event.detail})`),
  "gate-waited": (event) => detail(`waiting for ${event.pending.join(", ")}; ${inSeconds(event.leftMs)} left`),
  "kill-switch-degraded": (event) => warning(`kill switch ${event.variable} is degraded: ${event.message}`),
  "deferral-without-successor": (event) => warning(`${event.name}: ${event.message}`),
  "starvation-guarded": (event) =>
    warning(
      `${short(event.successor)} is newer, but ${event.supersededInARow} releases gave way in a row: this one finishes`,
    ),
  "override-used": (event) => warning(`${event.name} is waived: ${event.reason}`),
  "rate-limited": (event) => info(`the forge asks for a pause of ${inSeconds(event.waitMs)}`),
  "request-retried": (event) => info(`the forge: ${event.message}; again in ${inSeconds(event.delayMs)}`),
};
