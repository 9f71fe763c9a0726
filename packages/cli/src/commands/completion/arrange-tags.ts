import type { Candidate } from "./candidate.ts";

/** What is known of the tags of one repository. */
export interface TagFacts {
  /** What the registry lists; empty where it did not answer. */
  readonly listed: readonly string[];
  /** Tags that a promotion moves. */
  readonly promoted: readonly string[];
  /** Tags that the candidates of known commits have, newest first, with the commits' subjects. */
  readonly candidates: readonly Candidate[];
}

/**
 * The tags as they are offered: promoted ones, candidates of known commits in their order, all others by the alphabet.
 *
 * Where the registry lists nothing, a candidate may still be there, and is offered for what it would be called.
 */
export function arrangeTags({ listed, promoted, candidates }: TagFacts): readonly Candidate[] {
  const there = new Set(listed);
  const built = listed.length === 0 ? candidates : candidates.filter(({ value }) => there.has(value));
  const first = [...promoted.map((value) => ({ value, about: "promoted" })), ...built];
  const named = new Set(first.map(({ value }) => value));
  const others = listed.filter((tag) => !named.has(tag)).toSorted();
  return [...first, ...others.map((value) => ({ value, about: "" }))];
}
