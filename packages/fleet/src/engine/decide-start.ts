import { plainText } from "@lateen/kernel";
import type { RolloutInput } from "../ports/rollout-ports.ts";
import type { RolloutState } from "./rollout-state.ts";

/** What is done with the rollout that a journal holds. */
export type StartDecision =
  | { readonly kind: "start" | "resume" | "verify" }
  | { readonly kind: "refuse"; readonly code: string; readonly reason: string };

/**
 * Decides whether a rollout begins, continues the one of the journal, or may not run beside it.
 *
 * An unfinished rollback stands in the way of every release, of its own commit too: a release gives way to newer commits and is
 * verified less strictly, so under its rules the rollback would not be completed.
 */
export function decideStart(
  state: Pick<RolloutState, "id" | "release" | "purpose" | "planned" | "finished">,
  { release, purpose, resume }: Pick<RolloutInput, "release" | "purpose" | "resume">,
): StartDecision {
  if (state.id === undefined) {
    return resume === true
      ? { kind: "refuse", code: "JOURNAL_EMPTY", reason: "there is nothing to resume: the journal holds no rollout" }
      : { kind: "start" };
  }
  const isSame = state.release?.sha === release.sha;
  if (state.finished !== undefined) {
    const isDone = isSame && (state.finished === "shipped" || state.finished === "unchanged");
    return { kind: resume === true && isDone ? "verify" : "start" };
  }
  const isKept = state.purpose?.kind !== "rollback" || (purpose ?? state.purpose).kind === "rollback";
  if (!isSame || !isKept) return { kind: "refuse", code: "JOURNAL_UNFINISHED", reason: inTheWay(state) };
  return { kind: state.planned ? "resume" : "start" };
}

function inTheWay({ release, purpose }: Pick<RolloutState, "release" | "purpose">): string {
  const sha = release?.sha ?? "another commit";
  if (purpose?.kind !== "rollback")
    return `the journal holds an unfinished rollout of ${sha}: resume it, or give it up with --abandon`;
  const why = purpose.reason === undefined ? "" : ` (${plainText(purpose.reason, 200)})`;
  return `the journal holds an unfinished rollback to ${sha}${why}: complete it with lateen rollback, or give it up with lateen rollout --abandon`;
}
