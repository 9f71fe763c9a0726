import { plainText, type Reading } from "@lateen/kernel";
import type { Hold } from "../ports/holds.ts";
import type { SwitchDecision } from "./decide-kill-switch.ts";

/** Decides the hold of a ref at `now` (epoch ms): only its proven absence, or an end that has passed, is free. */
export function decideHold(ref: string, reading: Reading<Hold>, now: number): SwitchDecision {
  if (reading.kind === "absent") return { verdict: "free", reason: `${ref} holds nothing` };
  if (reading.kind === "unknown")
    return { verdict: "held", reason: `${ref} could not be read: ${reading.cause.message}` };
  const { actor, reason, until } = reading.value;
  const end = until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until);
  if (end <= now) return { verdict: "free", reason: `the hold on ${ref} ended at ${plainText(until ?? "", 40)}` };
  const ends = until === undefined ? "" : ` until ${plainText(until, 40)}`;
  return { verdict: "held", reason: `${plainText(actor, 80)} holds ${ref}${ends}: ${plainText(reason, 300)}` };
}
