import { networkTroubles } from "@lateen/kernel";

const page = "check that the address is that of the API and that no login page or gateway answers in its place";

/**
 * What to do about a server that could not be reached or answered with a page, by the words for it; a verdict has its reason only.
 * Undefined for any other reason.
 */
export function fixOfReason(reason: string): string | undefined {
  const trouble = networkTroubles.find(([, { means }]) => reason.includes(`could not be reached: ${means}`));
  return trouble?.[1].fix ?? (reason.includes("answered with an HTML page instead of JSON") ? page : undefined);
}
