import type { ReleaseError } from "@lateen/kernel";
import { unclearError } from "../errors.ts";

/** Forges resolve names of branches and tags at the same address as commits: an answer about anything else is not an answer. */
export function otherCommit(text: string, url: string): ReleaseError {
  return unclearError("FORGE_UNEXPECTED_COMMIT", {
    message: `${JSON.stringify(text.slice(0, 60))} is not the commit that was asked for`,
    why: url,
    fix: "give the full commit SHA",
  });
}
