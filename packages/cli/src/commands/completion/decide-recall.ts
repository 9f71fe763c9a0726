/** How long ago something was read and, where the last try to read it again failed, how long ago that was. */
export interface RecallFacts {
  readonly ageMs: number;
  readonly failedMs?: number | undefined;
}

/** `use` it without asking; `ask` and fall back on it; `forget` it. */
export type RecallDecision = "use" | "ask" | "forget";

/** A second TAB comes within seconds; a tag or a tenant that is a minute old is still worth offering. */
const freshMs = 60_000;

/** A server that did not answer is left alone for as long, so that a TAB does not wait for it each time. */
const restMs = 10_000;

/** Older values would be offered for what they no longer are. */
const oldestMs = 600_000;

/** Whether values that were read some time ago may be offered. Times in the future (a clock was set back) are not trusted. */
export function decideRecall({ ageMs, failedMs }: RecallFacts): RecallDecision {
  if (failedMs !== undefined && failedMs >= 0 && failedMs < restMs) return "use";
  if (ageMs < 0 || ageMs >= oldestMs) return "forget";
  return ageMs < freshMs ? "use" : "ask";
}
