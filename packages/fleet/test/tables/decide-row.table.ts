import type { TenantRow } from "../../src/ports/control-plane.ts";
import type { RowVerdict } from "../../src/engine/journal-entry.ts";

/** One row of a control plane and what it says. */
export interface RowCase {
  readonly row: Omit<TenantRow, "slug">;
  readonly legacy: boolean;
  readonly verdict: RowVerdict;
  readonly because: string;
}

/** Verdicts of the rows of a redeploy answer; a tenant without a row is `silent`, and the tenant itself decides. */
export const redeployRowCases: readonly RowCase[] = [
  { row: { hasError: false, healthy: true, onTarget: true }, legacy: false, verdict: "proven", because: "healthy, and seen on target" },
  { row: { hasError: false, onTarget: true }, legacy: false, verdict: "proven", because: "seen on target" },
  { row: { hasError: false, onTarget: true, commandOk: false }, legacy: false, verdict: "proven", because: "what runs counts, not the command" },
  { row: { hasError: false, healthy: true, onTarget: false }, legacy: false, verdict: "denied", because: "seen off target" },
  { row: { hasError: false, healthy: true, onTarget: false }, legacy: true, verdict: "denied", because: "a key that is there is never overruled" },
  { row: { hasError: true, healthy: true, onTarget: true }, legacy: false, verdict: "failed", because: "an error beats everything" },
  { row: { hasError: false, healthy: false, onTarget: true }, legacy: false, verdict: "failed", because: "unhealthy beats on target" },
  { row: { hasError: true }, legacy: true, verdict: "failed", because: "an error beats everything" },
  { row: { hasError: false, healthy: true }, legacy: false, verdict: "unproven", because: "the container was not looked at" },
  { row: { hasError: false, healthy: true, commandOk: true }, legacy: true, verdict: "proven", because: "an old control plane, and all speaks for it" },
  { row: { hasError: false, healthy: true, commandOk: false }, legacy: true, verdict: "unproven", because: "the command failed" },
  { row: { hasError: false, commandOk: true }, legacy: true, verdict: "unproven", because: "health is not known" },
  { row: { hasError: false, inDoubt: true }, legacy: true, verdict: "doubtful", because: "it may have moved or not" },
  { row: { hasError: true, inDoubt: true }, legacy: false, verdict: "failed", because: "an error beats everything" },
  { row: { hasError: false }, legacy: false, verdict: "unproven", because: "the row says nothing" },
];
