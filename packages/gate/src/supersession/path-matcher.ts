import { compileTakeList, type FilterList } from "../triggers/filter-list.ts";
import { createStepBudget, TooMuchToMatch } from "../triggers/step-budget.ts";

/** Match of a path against patterns: `unclear` if a pattern's meaning is not documented, or matching takes too long. */
export type PathMatch = "matches" | "misses" | "unclear";

/**
 * Makes a matcher of `paths` patterns for one decision: ordered, `!` takes away, whole path, case-sensitive; the same on both forges.
 *
 * A list with a pattern that no forge explains is `unclear` for every path, so that its user can choose the safe side.
 */
export function pathMatcher(patterns: readonly string[]): (path: string) => PathMatch {
  const list: FilterList = compileTakeList(patterns);
  if (list.kind === "unclear") return () => "unclear";
  const budget = createStepBudget();
  return (path) => {
    try {
      return list.takes(path, budget) ? "matches" : "misses";
    } catch (error) {
      if (error instanceof TooMuchToMatch) return "unclear";
      throw error;
    }
  };
}
