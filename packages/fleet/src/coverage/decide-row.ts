import type { TenantRow } from "../ports/control-plane.ts";
import type { RowVerdict } from "../engine/journal-entry.ts";

/**
 * Verdict of one row on its tenant.
 *
 * Only `failed` is final; everything else is for the tenant itself to confirm. A missing `verified_on_target` proves nothing:
 * one control plane left the key out for tenants that it had skipped. Under `legacy` it counts as proof where health, command
 * and error all speak for it.
 */
export function decideRow(row: Omit<TenantRow, "slug">, legacy: boolean): RowVerdict {
  if (row.hasError || row.healthy === false) return "failed";
  if (row.inDoubt === true) return "doubtful";
  if (row.onTarget === false) return "denied";
  if (row.onTarget === true) return "proven";
  return legacy && row.healthy === true && row.commandOk !== false ? "proven" : "unproven";
}
