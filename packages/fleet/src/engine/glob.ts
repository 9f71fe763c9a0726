import type { ReleaseError } from "@lateen/kernel";
import { fleetError } from "../errors.ts";

/** Longest pattern; no name that it could match is longer than 63 characters. */
const mostCharacters = 256;

/** Steps of matching that one decision may still take; shared by all its tenants and patterns. */
export interface GlobBudget {
  left: number;
}

/** A budget for one decision, about a second: 100,000 tenants and a pattern of ten characters take a fifth of it. */
export function createGlobBudget(): GlobBudget {
  return { left: 100_000_000 };
}

/**
 * True if `slug` matches `glob`: `*` is any run of characters, `?` is one, everything else is itself.
 *
 * Takes time of `slug` × `glob` at most, whatever the pattern: a pattern with many stars would take a backtracking matcher hours.
 * A pattern of more than 256 characters matches nothing.
 *
 * @throws ReleaseError `TOO_MUCH_TO_MATCH` if `budget` is used up
 */
export function matchesGlob(slug: string, glob: string, budget?: GlobBudget): boolean {
  if (glob.length > mostCharacters) return false;
  const literal = glob.search(/[*?]/);
  if (literal < 0) return slug === glob;
  if (!slug.startsWith(glob.slice(0, literal))) return false;
  if (budget !== undefined && (budget.left -= slug.length * glob.length) < 0) throw tooMuch();
  // reached[i]: the pattern so far matches the first i characters.
  const reached = new Uint8Array(slug.length + 1);
  reached[0] = 1;
  for (const sign of glob) {
    // A star hands on from the left, a character takes from its left neighbour: so the one is walked forwards, the other backwards.
    if (sign === "*") {
      for (let length = 1; length <= slug.length; length++) reached[length] ||= reached[length - 1] ?? 0;
      continue;
    }
    for (let length = slug.length; length > 0; length--)
      reached[length] = sign === "?" || sign === slug[length - 1] ? (reached[length - 1] ?? 0) : 0;
    reached[0] = 0;
  }
  return reached[slug.length] === 1;
}

function tooMuch(): ReleaseError {
  return fleetError("TOO_MUCH_TO_MATCH", "unavailable", {
    message: "the name patterns of the fleet are too much to match against all of its tenants",
    why: "a decision about patterns takes a second at most",
    fix: "write fewer patterns of fleet.ephemeral and fleet.rings, with fewer stars",
  });
}
