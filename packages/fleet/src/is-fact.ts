import { parseCommitSha, parseSlug } from "@lateen/kernel";
import { isFactType } from "./apply-fact.ts";
import type { JournalEntry } from "./journal-entry.ts";

/**
 * Whether `value` is a fact that this version knows, and holds no name that could become a harmful part of an address: journals
 * are files and refs, and both can be edited.
 */
export function isFact(value: unknown): value is JournalEntry {
  if (typeof value !== "object" || value === null) return false;
  const fact = value as JournalEntry;
  return typeof fact.at === "number" && typeof fact.type === "string" && isFactType(fact.type) && hasGoodNames(fact);
}

function hasGoodNames(fact: JournalEntry): boolean {
  try {
    if (fact.type === "rollout-started") parseCommitSha(fact.release.sha);
    const tenants =
      fact.type === "fleet-enumerated" ? fact.tenants : fact.type === "fleet-enumerated-again" ? fact.born : [];
    for (const tenant of tenants) parseSlug(tenant.slug);
    return true;
  } catch {
    return false;
  }
}
