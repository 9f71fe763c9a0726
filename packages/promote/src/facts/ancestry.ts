import {
  absent,
  type Ancestry,
  type CommitSha,
  found,
  isShaPrefix,
  memoize,
  parseCommitSha,
  plainText,
  type Reading,
  toReading,
} from "@lateen/kernel";
import type { History } from "../ports/history.ts";

/** Relation of the candidate's commit to a base that is stated as text; each base is asked for once. */
export type AncestryOf = (base: string) => Promise<Reading<Ancestry>>;

/** A reader of ancestry for one commit, whose answers are kept, since many tags state the same revision. */
export function createAncestryOf(commit: CommitSha, history: History, signal: AbortSignal | undefined): AncestryOf {
  const read = memoize((base: string) => readAncestry(base, commit, history, signal));
  return (stated) => read(stated.trim().toLowerCase());
}

async function readAncestry(
  base: string,
  commit: CommitSha,
  history: History,
  signal?: AbortSignal,
): Promise<Reading<Ancestry>> {
  if (!isShaPrefix(base)) return absent(`${plainText(base, 60)} is not a commit`);
  // An abbreviation is never taken for the candidate by its looks: it is resolved first.
  const full = base.length === 40 ? found(parseCommitSha(base)) : await toReading(() => history.resolve(base, signal));
  if (full.kind !== "found") return full;
  return full.value === commit ? found("identical") : toReading(() => history.compare(full.value, commit, signal));
}
