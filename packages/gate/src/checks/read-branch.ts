import { type CommitSha, type Evidence, isoNow, type Reading, type ReleaseError } from "@lateen/kernel";
import type { GatePorts } from "../ports/gate-ports.ts";

/** Membership of a commit in the branch that may ship. */
export interface BranchLook {
  readonly decision: "open" | "closed" | "unknown";
  /** One sentence. */
  readonly detail: string;
  readonly url: string;
  /** The error if it could not be read. */
  readonly cause?: ReleaseError | undefined;
}

/** Reads whether a commit is the newest of a branch, or an ancestor of that. @throws ReleaseError of category `auth`; `INTERRUPTED` */
export async function readBranch(
  commit: CommitSha,
  branch: string,
  { history, places }: Pick<GatePorts, "history" | "places">,
  signal?: AbortSignal,
): Promise<BranchLook> {
  const branchUrl = places.urlOf({ kind: "branch", name: branch });
  const head = await history.head(branch, signal);
  if (head.kind !== "found") return blind(head, `the newest commit of ${branch} is not known`, branchUrl);
  if (head.value === commit)
    return { decision: "open", detail: `${commit} is the newest commit of ${branch}`, url: branchUrl };
  const url = places.urlOf({ kind: "compare", base: commit, head: head.value });
  const ancestry = await history.compare(commit, head.value, signal);
  if (ancestry.kind !== "found") return blind(ancestry, `how ${commit} and ${head.value} relate is not known`, url);
  if (ancestry.value === "ahead") return { decision: "open", detail: `${commit} is on ${branch}`, url };
  const detail =
    ancestry.value === "behind"
      ? `${branch} was rewound: its newest commit ${head.value} is an ancestor of ${commit}`
      : `${commit} is not on ${branch}, whose newest commit is ${head.value}`;
  return { decision: "closed", detail, url };
}

/** A branch look as evidence under the rule `branch`. */
export function branchEvidence({ decision, detail, url }: BranchLook, clock: GatePorts["clock"]): Evidence {
  const verdict = { open: "passed", closed: "refused", unknown: "unknown" }[decision];
  return { rule: "branch", verdict, fact: detail, source: url, at: isoNow(clock) };
}

function blind(reading: Exclude<Reading<unknown>, { kind: "found" }>, what: string, url: string): BranchLook {
  if (reading.kind === "absent") return { decision: "unknown", detail: `${what}: ${reading.proof}`, url };
  if (reading.cause.category === "auth") throw reading.cause;
  return { decision: "unknown", detail: `${what}: ${reading.cause.message}`, url, cause: reading.cause };
}
