import type { Digest, Reading, StopOutcome } from "@lateen/kernel";
import type { RetaggedTag } from "./report.ts";

/** Step that a tag needs so that it names `wanted`. */
export type TagPlan = "keep" | "move" | "create" | "unknown";

/** Compares what a tag names with what it should name. */
export function decideTag(wanted: Digest, current: Reading<{ readonly digest: Digest }>): TagPlan {
  if (current.kind === "unknown") return "unknown";
  if (current.kind === "absent") return "create";
  return current.value.digest === wanted ? "keep" : "move";
}

/** Outcome of a retag: done, nothing to do, or a stop. */
export type RetagOutcome = "done" | "unchanged" | StopOutcome;

export interface TagEnd {
  readonly action: RetaggedTag["action"];
  /** Why a write failed; `unavailable` where the registry did not say. */
  readonly failure?: "refused" | "unavailable" | undefined;
}

/**
 * The outcome of all tags together: as soon as one was written and another is not as it should be, the whole is partial; where nothing
 * was written, nothing has changed and the refusal counts.
 */
export function decideRetag(tags: readonly TagEnd[]): RetagOutcome {
  const failed = tags.filter((tag) => tag.failure !== undefined);
  const written = tags.filter((tag) => tag.failure === undefined && tag.action !== "unchanged");
  const unsettled = written.some(
    (tag) => tag.action === "pending" || tag.action === "foreign" || tag.action === "refused",
  );
  if (failed.length > 0) {
    if (written.length > 0) return "partial";
    return failed.some((tag) => tag.failure === "refused") ? "refused" : "unknown";
  }
  if (unsettled) return "partial";
  return written.length === 0 ? "unchanged" : "done";
}
