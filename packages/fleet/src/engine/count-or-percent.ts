import type { CountOrPercent } from "../policy.ts";

/** A wave's size in a fleet of `total`: shares are rounded up, and a wave is never empty. */
export function waveSize(size: CountOrPercent, total: number): number {
  return Math.max(1, typeof size === "number" ? size : Math.ceil(exactShare(size, total)));
}

/** A tolerance in a fleet of `total`: shares are rounded down, so that 2 % of 40 tenants tolerates none. */
export function tolerance(size: CountOrPercent, total: number): number {
  return typeof size === "number" ? size : Math.floor(exactShare(size, total));
}

/** `percent` of `total`, free of the dust of binary fractions: 7 % of 100 is 7, not 7.000000000000001. */
function exactShare(percent: `${number}%`, total: number): number {
  return Number(((Number(percent.slice(0, -1)) * total) / 100).toFixed(9));
}
