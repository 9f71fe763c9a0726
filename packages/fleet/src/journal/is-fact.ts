import { parseCommitSha, parseSlug } from "@lateen/kernel";
import { isEventType } from "../engine/reducer.ts";
import type { JournalEntry } from "../engine/journal-entry.ts";

/**
 * Whether `value` is a fact that this version knows, and holds no name that could become a harmful part of an address: journals
 * are files and refs, and both can be edited.
 */
export function isFact(value: unknown): value is JournalEntry {
  if (typeof value !== "object" || value === null) return false;
  const fact = value as JournalEntry;
  return typeof fact.at === "number" && typeof fact.type === "string" && isEventType(fact.type) && hasGoodNames(fact);
}

function hasGoodNames(fact: JournalEntry): boolean {
  try {
    if (fact.type === "rollout-started") parseCommitSha(fact.release.sha);
    if ((fact.type === "rollout-started" || fact.type === "rollout-resumed") && !isPurpose(fact.purpose)) return false;
    const tenants =
      fact.type === "fleet-enumerated" ? fact.tenants : fact.type === "fleet-enumerated-again" ? fact.born : [];
    for (const tenant of tenants) parseSlug(tenant.slug);
    return true;
  } catch {
    return false;
  }
}

/** A purpose that this version does not know may have rules that it does not know either. */
function isPurpose(purpose: unknown): boolean {
  if (purpose === undefined) return true;
  if (typeof purpose !== "object" || purpose === null) return false;
  const { kind, reason, targets = [] } = purpose as Record<string, unknown>;
  if (kind !== "release" && kind !== "rollback") return false;
  const isText = (value: unknown): boolean => typeof value === "string";
  return (reason === undefined || isText(reason)) && Array.isArray(targets) && targets.every(isText);
}
