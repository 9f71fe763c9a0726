import { type CommitSha, parseCommitSha } from "@lateen/kernel";
import { serviceError } from "../errors.ts";
import { type ServiceFleet, wireFleet } from "./fleets.ts";

/**
 * The full commit of an order, which has to be on the release branch if a forge is configured.
 * @throws ReleaseError `COMMIT_INVALID`, `COMMIT_UNKNOWN`, `COMMIT_NOT_ON_BRANCH`, `FORGE_UNAVAILABLE`
 */
export async function resolveOrder(
  fleet: ServiceFleet,
  given: string,
  { env }: { readonly env: Readonly<Record<string, string | undefined>> },
  signal: AbortSignal,
): Promise<CommitSha> {
  const { forge: section } = fleet.settings.config;
  const text = given.toLowerCase();
  if (section === undefined) {
    if (text.length === 40) return parseCommitSha(text);
    throw serviceError("COMMIT_INVALID", {
      message: `${given} is not a whole commit id`,
      why: "no forge is configured that could complete it",
      fix: "send all 40 digits",
    });
  }
  const forge = await wireFleet(fleet, { journal: undefined, env, report: () => undefined }).forge();
  const resolved = await forge.resolve(text, signal);
  if (resolved.kind === "unknown") throw unread(given, resolved.cause);
  if (resolved.kind === "absent") throw unknownCommit(given, resolved.proof);
  const head = await forge.head(section.branch, signal);
  if (head.kind === "unknown") throw unread(section.branch, head.cause);
  const ancestry = head.kind === "absent" ? head : await forge.compare(resolved.value, head.value, signal);
  if (ancestry.kind === "unknown") throw unread(given, ancestry.cause);
  if (ancestry.kind === "absent") throw unknownCommit(given, ancestry.proof);
  if (ancestry.value === "ahead" || ancestry.value === "identical") return resolved.value;
  throw serviceError("COMMIT_NOT_ON_BRANCH", {
    message: `${given} is not on ${section.branch}`,
    fix: "order a commit of the release branch",
  });
}

function unknownCommit(given: string, why: string): Error {
  return serviceError("COMMIT_UNKNOWN", {
    message: `the forge does not know one commit ${given}`,
    why,
    fix: "send the whole id of a commit on the release branch",
  });
}

function unread(what: string, cause: Error): Error {
  // An ambiguous prefix is a state of the repository, not of the network.
  const isState = "category" in cause && (cause.category === "state" || cause.category === "input");
  return isState
    ? unknownCommit(what, cause.message)
    : serviceError("FORGE_UNAVAILABLE", {
        message: `the forge could not be asked about ${what}`,
        why: cause.message,
        fix: "repeat the request later",
        cause,
      });
}
