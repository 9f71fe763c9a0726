import { formatDuration } from "@lateen/kernel";
import { type Finding, well } from "./finding.ts";

/** Lead (above 0) or lag of this machine's clock against that of a server. */
export interface ClockReading {
  readonly server: string;
  readonly aheadMs: number;
}

/** GitHub takes the token of an App whose dates are at most 60 s in the future. Source: docs.github.com, "Generating a JSON Web Token (JWT) for a GitHub App". */
const noticedMs = 60_000;
/** AWS refuses what was signed more than 5 minutes off. Source: docs.aws.amazon.com, "Troubleshoot Signature Version 4 signing". */
const refusedMs = 300_000;

/** Judges this machine's clock by the dates of the servers' answers; nothing if no server reported its own. */
export function judgeClocks(readings: readonly ClockReading[]): readonly Finding[] {
  const check = "clock";
  if (readings.length === 0) return [];
  const off = readings.filter(({ aheadMs }) => Math.abs(aheadMs) > noticedMs);
  if (off.length === 0)
    return [well(check, `it agrees with ${readings.map(({ server }) => server).join(", ")} within a minute`)];
  const fact = `it is ${off.map(({ server, aheadMs }) => `${distance(aheadMs)} ${server}`).join(", ")}`;
  // A server that is alone with its time has the wrong one itself.
  const isOurs = off.length === readings.length;
  const isRefused = off.some(({ aheadMs }) => Math.abs(aheadMs) > refusedMs);
  return [
    {
      check,
      verdict: isOurs && isRefused ? "gap" : "warning",
      fact,
      fix: isOurs
        ? "set this machine's clock (NTP): tokens that carry a date, certificates and signatures depend on it"
        : "look at the clock of that server",
    },
  ];
}

function distance(aheadMs: number): string {
  const whole = formatDuration(Math.round(Math.abs(aheadMs) / 1000) * 1000);
  return aheadMs > 0 ? `${whole} ahead of` : `${whole} behind`;
}
