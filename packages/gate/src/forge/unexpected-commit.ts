import { ReleaseError } from "@lateen/kernel";

/** Forges resolve names of branches and tags at the same address as commits: an answer about anything else is not an answer. */
export function otherCommit(text: string, url: string): ReleaseError {
  return new ReleaseError({
    code: "FORGE_UNEXPECTED_COMMIT",
    category: "unavailable",
    retryable: false,
    message: `${JSON.stringify(text.slice(0, 60))} is not the commit that was asked for`,
    why: url,
    fix: "give the full commit SHA",
  });
}
