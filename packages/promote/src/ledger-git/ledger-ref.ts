import { isReleaseError, parseSlug } from "@lateen/kernel";
import { promoteError } from "../errors.ts";

/** Refs next to the ledgers that hold something else: the memory of the starvation guard, the mirror of a journal. */
const taken: readonly string[] = ["attempts", "rollout"];

/**
 * The ref of a promotion target: `refs/lateen/latest` for `default`, else one of its own name.
 *
 * `default` and `latest` are therefore one ledger: a configuration must not have both.
 * @throws ReleaseError `TARGET_INVALID`
 */
export function ledgerRef(target: string): string {
  if (target === "default") return "refs/lateen/latest";
  if (taken.includes(target) || !isSlug(target)) {
    const message = `${JSON.stringify(target.slice(0, 80))} cannot name a promotion target`;
    throw promoteError("TARGET_INVALID", "input", {
      message,
      fix: `use lower-case letters, digits and inner hyphens, and another word than ${taken.join(" or ")}`,
    });
  }
  return `refs/lateen/${target}`;
}

function isSlug(text: string): boolean {
  try {
    return parseSlug(text) === text;
  } catch (error) {
    if (isReleaseError(error)) return false;
    throw error;
  }
}
