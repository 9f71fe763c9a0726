import { compileFilterPattern, type FilterPattern } from "./filter-pattern.ts";
import type { StepBudget } from "./step-budget.ts";

/** Whose rules decide about patterns: GitHub, Gitea up to 1.26, Gitea from 1.27 on, or a Gitea whose version is not known. */
export type FilterEngine = "github" | "gitea" | "gitea-1.27" | "gitea-unclear";

/** The patterns of one filter, in order: what they say about a name or path. */
export type FilterList =
  | {
      readonly kind: "list";
      /** True if `branches`, `tags` or `paths` with these patterns takes `text`. @throws TooMuchToMatch */
      takes(text: string, budget?: StepBudget): boolean;
      /** True if `branches-ignore`, `tags-ignore` or `paths-ignore` with these patterns leaves `text` out. @throws TooMuchToMatch */
      ignores(text: string, budget?: StepBudget): boolean;
    }
  | { readonly kind: "unclear"; readonly why: string };

/** Far beyond what a person writes; keeps a generated workflow from taking minutes. */
const mostPatterns = 1000;

/**
 * Compiles the patterns of `branches`, `tags` or `paths`: the last pattern that matches decides, so a `!` pattern takes
 * away what an earlier one gave, and a later one can give it back. A list without any positive pattern is unclear.
 */
export function compileTakeList(patterns: readonly string[], engine: FilterEngine = "github"): FilterList {
  return compile(patterns, engine, (compiled) => {
    if (compiled.every(({ negated }) => negated)) return { kind: "unclear", why: "there is no pattern without !" };
    const takes = (text: string, budget?: StepBudget) =>
      compiled.findLast(({ matches }) => matches(text, budget))?.negated === false;
    return { kind: "list", takes, ignores: (text, budget) => !takes(text, budget) };
  });
}

/**
 * Compiles the patterns of an `-ignore` filter: any pattern that matches leaves a name out.
 *
 * GitHub does not say what `!` means here, so there it is unclear; on Gitea a `!` pattern leaves out whatever it does not
 * match (`Filter` in `modules/actions/workflowpattern`).
 */
export function compileIgnoreList(patterns: readonly string[], engine: FilterEngine): FilterList {
  return compile(patterns, engine, (compiled) => {
    if (engine === "github" && compiled.some(({ negated }) => negated))
      return { kind: "unclear", why: "! is in an -ignore filter" };
    const ignores = (text: string, budget?: StepBudget) =>
      compiled.some(({ matches, negated }) => matches(text, budget) !== negated);
    return { kind: "list", ignores, takes: (text, budget) => !ignores(text, budget) };
  });
}

type Compiled = Extract<FilterPattern, { kind: "pattern" }>;

function compile(
  patterns: readonly string[],
  engine: FilterEngine,
  make: (compiled: readonly Compiled[]) => FilterList,
): FilterList {
  if (patterns.length === 0) return { kind: "unclear", why: "the list of patterns is empty" };
  if (patterns.length > mostPatterns) return { kind: "unclear", why: `there are more than ${mostPatterns} patterns` };
  const compiled: Compiled[] = [];
  for (const text of patterns) {
    const pattern = compileFilterPattern(text, engine);
    if (pattern.kind === "unclear")
      return { kind: "unclear", why: `the pattern ${JSON.stringify(text.slice(0, 80))} ${pattern.why}` };
    compiled.push(pattern);
  }
  return make(compiled);
}
