import { compileTakeList, type FilterList } from "./filter-list.ts";

/** How patterns of paths read a path: `unclear` where a pattern's meaning is not documented. */
export type PathMatch = "matches" | "misses" | "unclear";

/**
 * Makes a matcher of `paths` patterns: ordered, `!` takes away, whole path, case-sensitive; the same on both forges.
 *
 * A list with a pattern that nobody explains is `unclear` for every path, so that its user can choose the safe side.
 */
export function pathMatcher(patterns: readonly string[]): (path: string) => PathMatch {
  const list: FilterList = compileTakeList(patterns);
  if (list.kind === "unclear") return () => "unclear";
  return (path) => (list.takes(path) ? "matches" : "misses");
}

/** Whether `path` is among `patterns`; an unclear pattern counts as a match, which is the side that keeps being careful. */
export function matchesPaths(patterns: readonly string[], path: string): boolean {
  return pathMatcher(patterns)(path) !== "misses";
}
