/**
 * One situation of a check. `samples` are looks as `SECOND KIND`, with the kinds `good`, `bad`, `pending`, `unknown` and
 * `stale` (a good value that is older than allowed). The timeout is 60 s, the pause 10 s.
 */
export interface CheckDecisionRow {
  readonly situation: string;
  readonly samples: readonly string[];
  /** Seconds since the start. */
  readonly now: number;
  /** Seconds during which it has to hold. @default 0 */
  readonly for?: number;
  /** Good samples that it takes. @default 1 */
  readonly wanted?: number;
  /** @default "wait" */
  readonly onUnknown?: "halt";
  readonly verdict: "passed" | "failed" | "wait" | "unknown";
}

/** Decision on a check; only good samples pass, and silence ends at the deadline. */
export const checkDecisionRows: readonly CheckDecisionRow[] = [
  { situation: "not looked at yet", samples: [], now: 0, verdict: "wait" },
  { situation: "one good sample is enough", samples: ["0 good"], now: 0, verdict: "passed" },
  { situation: "one bad sample is enough", samples: ["0 bad"], now: 0, verdict: "failed" },
  { situation: "nothing is known yet", samples: ["0 unknown"], now: 0, verdict: "wait" },
  { situation: "nothing is known, and it has to halt", samples: ["0 unknown"], now: 0, onUnknown: "halt", verdict: "unknown" },
  { situation: "nothing is known, a moment before the deadline", samples: ["0 unknown", "59 unknown"], now: 59, verdict: "wait" },
  { situation: "nothing is known at the deadline", samples: ["0 unknown", "60 unknown"], now: 60, verdict: "unknown" },
  { situation: "nothing was ever measured", samples: [], now: 60, verdict: "unknown" },
  { situation: "unknown, then good", samples: ["0 unknown", "10 good"], now: 10, verdict: "passed" },
  { situation: "unknown, then bad", samples: ["0 unknown", "10 bad"], now: 10, verdict: "failed" },
  { situation: "unknown first, and it has to halt", samples: ["0 good", "10 unknown"], wanted: 2, now: 10, onUnknown: "halt", verdict: "unknown" },
  { situation: "a good sample at the very deadline", samples: ["0 unknown", "60 good"], now: 60, verdict: "passed" },
  { situation: "a bad sample at the very deadline", samples: ["0 unknown", "60 bad"], now: 60, verdict: "failed" },
  { situation: "still under way", samples: ["0 pending"], now: 0, verdict: "wait" },
  { situation: "still under way does not halt", samples: ["0 pending"], now: 0, onUnknown: "halt", verdict: "wait" },
  { situation: "under way at the deadline", samples: ["0 pending", "60 pending"], now: 60, verdict: "unknown" },
  { situation: "a stale sample", samples: ["0 stale"], now: 0, verdict: "wait" },
  { situation: "a stale sample, and it has to halt", samples: ["0 stale"], now: 0, onUnknown: "halt", verdict: "unknown" },
  { situation: "stale to the deadline", samples: ["0 stale", "60 stale"], now: 60, verdict: "unknown" },
  { situation: "two of three samples", samples: ["0 good", "10 good"], wanted: 3, now: 10, verdict: "wait" },
  { situation: "three of three samples", samples: ["0 good", "10 good", "20 good"], wanted: 3, now: 20, verdict: "passed" },
  { situation: "the last of three is bad", samples: ["0 good", "10 good", "20 bad"], wanted: 3, now: 20, verdict: "failed" },
  { situation: "bad once, good since", samples: ["0 bad", "10 good", "20 good"], wanted: 2, now: 20, verdict: "failed" },
  { situation: "enough samples, and the last is unknown", samples: ["0 good", "10 good", "20 unknown"], wanted: 2, for: 20, now: 20, verdict: "wait" },
  { situation: "it has held for half the time", samples: ["0 good", "10 good"], for: 20, now: 10, verdict: "wait" },
  { situation: "it has held for the whole time", samples: ["0 good", "10 good", "20 good"], for: 20, now: 20, verdict: "passed" },
  { situation: "the provider was gone in between: that time does not count", samples: ["0 good", "10 unknown", "20 good"], for: 20, now: 20, verdict: "wait" },
  { situation: "it came back and has held long enough", samples: ["0 good", "10 unknown", "20 good", "30 good", "40 good"], for: 20, now: 40, verdict: "passed" },
  { situation: "good only at both ends of a long silence", samples: ["0 good", "10 unknown", "70 good"], for: 60, now: 70, verdict: "wait" },
  { situation: "gone in the middle, to the deadline", samples: ["0 good", "10 unknown", "80 unknown"], for: 20, now: 80, verdict: "unknown" },
  { situation: "gone in the middle, and it has to halt", samples: ["0 good", "10 unknown"], for: 20, now: 10, onUnknown: "halt", verdict: "unknown" },
  { situation: "bad in the middle", samples: ["0 good", "10 bad"], for: 60, now: 10, verdict: "failed" },
  { situation: "good, but never long enough by the deadline", samples: ["0 good", "30 unknown", "80 good"], for: 20, now: 80, verdict: "unknown" },
];
