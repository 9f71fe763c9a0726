import { plainText, type Reading } from "@lateen/kernel";

import { switchRows } from "./decide-kill-switch.table.ts";

/** What a value says: go on, stop, or something that nobody thought of. */
export type SwitchState = "free" | "armed" | "unrecognised";

/** What the kill switch says, and on what ground. `degraded` is free as well, but only the job's start could be asked. */
export interface SwitchDecision {
  readonly verdict: "free" | "degraded" | "held";
  /** One sentence. */
  readonly reason: string;
}

/** Reads a value by {@link switchRows}. */
export function decideSwitchValue(value: string): SwitchState {
  const word = value.trim().toLowerCase();
  return switchRows.find((row) => row.value === word)?.state ?? "unrecognised";
}

/**
 * Decides the kill switch from its value at the start of the job (undefined: not set) and its present value on the forge
 * (undefined: not asked for yet).
 *
 * Only a proven absence or a word that says no is free. A token that may not read the variable is a lasting gap and not an
 * outage: then the start of the job counts, loudly. Anything else that cannot be read holds.
 */
export function decideKillSwitch(
  name: string,
  jobStart: string | undefined,
  live: Reading<string> | undefined,
): SwitchDecision {
  const start = jobStart === undefined ? "free" : decideSwitchValue(jobStart);
  if (start !== "free") return held(`${name} was ${quote(jobStart)} when the job started${doubt(start)}`);
  if (live === undefined || live.kind === "absent") return { verdict: "free", reason: `${name} is not set` };
  if (live.kind === "unknown") {
    if (live.cause.code !== "FORGE_FORBIDDEN") return held(`${name} could not be read: ${live.cause.message}`);
    return {
      verdict: "degraded",
      reason: `${name} may not be read with this token; its value at the start of the job counts`,
    };
  }
  const now = decideSwitchValue(live.value);
  if (now !== "free") return held(`${name} is ${quote(live.value)}${doubt(now)}`);
  return { verdict: "free", reason: `${name} is ${quote(live.value)}` };
}

function held(reason: string): SwitchDecision {
  return { verdict: "held", reason };
}

function doubt(state: SwitchState): string {
  return state === "unrecognised" ? ", which is no word that it knows" : "";
}

function quote(value: string | undefined): string {
  return JSON.stringify(plainText(value ?? "", 40));
}
