import type { ClockReading } from "../../src/commands/doctor/judge-clocks.ts";

/** Findings of `doctor` on this machine's clock, by its lead over the servers. */
export const clockRows: readonly {
  readonly readings: readonly ClockReading[];
  readonly verdict: string | undefined;
}[] = [
  { readings: [], verdict: undefined },
  { readings: [{ server: "forge", aheadMs: 59_000 }], verdict: "ok" },
  { readings: [{ server: "forge", aheadMs: -61_000 }], verdict: "warning" },
  { readings: [{ server: "forge", aheadMs: -301_000 }], verdict: "gap" },
  {
    readings: [
      { server: "forge", aheadMs: 301_000 },
      { server: "prod", aheadMs: 302_000 },
    ],
    verdict: "gap",
  },
  {
    readings: [
      { server: "forge", aheadMs: 0 },
      { server: "prod", aheadMs: 3_600_000 },
    ],
    verdict: "warning",
  },
];
