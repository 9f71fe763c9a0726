import type { Stage } from "./journal-entry.ts";

/** Tenants that a window lets be in flight once `proven` are verified and soaked: `1 + growth × proven`, never more than its cap. */
export function windowWidth({ growth, cap }: NonNullable<Stage["window"]>, proven: number): number {
  return Math.min(cap, Math.floor(1 + growth * proven));
}
