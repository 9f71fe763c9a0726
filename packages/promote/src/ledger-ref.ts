import { isReleaseError, parseSlug } from "@lateen/kernel";
import { promoteError } from "./errors.ts";

/** The ref of a promotion target: `refs/lateen/latest` for `default`, else one of its own name. @throws ReleaseError `TARGET_INVALID` */
export function ledgerRef(target: string): string {
  if (target === "default") return "refs/lateen/latest";
  // `latest` would share the ref of `default`, and two targets on one ledger would hold each other back.
  if (target === "latest" || !isSlug(target)) {
    const message = `${JSON.stringify(target.slice(0, 80))} cannot name a promotion target`;
    throw promoteError("TARGET_INVALID", "input", {
      message,
      fix: "use lower-case letters, digits and inner hyphens, and another word than latest",
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
