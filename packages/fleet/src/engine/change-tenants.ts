import type { Slug } from "@lateen/kernel";
import type { RolloutState, TenantState } from "./rollout-state.ts";

/** The first reason to halt is the one that counts. */
export function raise(state: RolloutState, code: string, reason: string): void {
  state.alarm ??= { code, reason };
}

export function each(state: RolloutState, slugs: readonly Slug[], change: (tenant: TenantState) => unknown): void {
  for (const slug of slugs) {
    const tenant = state.tenants.get(slug);
    if (tenant !== undefined) change(tenant);
  }
}
