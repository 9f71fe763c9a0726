import { plainText, type Reading } from "@lateen/kernel";
import { switchRows } from "./decide-kill-switch.table.ts";

/** Meaning of a value: continue, stop, or a word that is not in the table. */
export type SwitchState = "free" | "armed" | "unrecognised";

/** Decision of the kill switch with its reason. `degraded` is free as well, but only the value of the job's start was available. */
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
 * Decides the kill switch from its value at the start of the job (undefined: it was never handed in) and its present value on the
 * forge (undefined: not requested yet).
 *
 * Free only if something was read and said so: a proven absence, or a word that says no. A token that may not read the variable is a
 * lasting gap and not an outage: then the start of the job counts, loudly, if the job was given the value. Anything else that cannot
 * be read holds.
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
    const forbidden = `${name} may not be read with this token`;
    if (jobStart === undefined)
      return held(
        `${forbidden}, and the job was not given it either: add \`env: { ${name}: "\${{ vars.${name} }}" }\` to the job`,
      );
    return { verdict: "degraded", reason: `${forbidden}; its value at the start of the job counts` };
  }
  const now = decideSwitchValue(live.value);
  if (now !== "free") return held(`${name} is ${quote(live.value)}${doubt(now)}`);
  return { verdict: "free", reason: `${name} is ${quote(live.value)}` };
}

function held(reason: string): SwitchDecision {
  return { verdict: "held", reason };
}

function doubt(state: SwitchState): string {
  return state === "unrecognised" ? ", which is not one of the words for yes or no" : "";
}

function quote(value: string | undefined): string {
  return JSON.stringify(plainText(value ?? "", 40));
}
