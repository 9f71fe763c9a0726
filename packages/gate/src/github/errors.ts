import type { ReleaseError } from "@lateen/kernel";
import { statusError } from "../forge/status-error.ts";

/** An answer of GitHub that is not a success. */
export interface Refusal {
  readonly status: number;
  readonly url: string;
  readonly text: string;
  header(name: string): string | undefined;
}

/** The least pause after a secondary limit that names none: "wait for at least one minute". */
const secondaryPauseS = 60;

/**
 * The error for an answer that is not a success, with GitHub's two kinds of rate limit distinguished from a lack of permission.
 *
 * Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
export function refusalError(refusal: Refusal, now: number): ReleaseError {
  const pause = pauseSeconds(refusal, now);
  const header = (name: string): string | undefined =>
    name === "retry-after" && pause !== undefined ? String(pause) : refusal.header(name);
  return statusError({ ...refusal, header, text: () => refusal.text }, now);
}

function pauseSeconds({ header, status, text }: Refusal, now: number): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  if (header("retry-after") !== undefined) return undefined;
  const reset = Number(header("x-ratelimit-reset"));
  if (header("x-ratelimit-remaining") === "0" && Number.isFinite(reset)) {
    // Measured on GitHub's own clock, which the runner's may be minutes away from.
    const server = Date.parse(header("date") ?? "");
    return Math.max(1, Math.ceil(reset - (Number.isNaN(server) ? now : server) / 1000));
  }
  return status === 429 || /secondary rate limit|abuse detection/i.test(text) ? secondaryPauseS : undefined;
}
