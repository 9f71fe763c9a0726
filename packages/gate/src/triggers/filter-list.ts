import { compileFilterPattern, type FilterPattern } from "./filter-pattern.ts";

/** The forge whose rules decide; Gitea follows GitHub except where its source says otherwise. */
export type ForgeKind = "github" | "gitea";

/** The patterns of one filter, in order: what they say about a name or path. */
export type FilterList =
  | {
      readonly kind: "list";
      /** Whether `branches`, `tags` or `paths` with these patterns takes `text`. */
      takes(text: string): boolean;
      /** Whether `branches-ignore`, `tags-ignore` or `paths-ignore` with these patterns leaves `text` out. */
      ignores(text: string): boolean;
    }
  | { readonly kind: "unclear"; readonly why: string };

/** Far beyond what a person writes; keeps a generated workflow from taking minutes. */
const mostPatterns = 1000;

/**
 * Compiles the patterns of `branches`, `tags` or `paths`: the last pattern that matches decides, so a `!` pattern takes
 * away what an earlier one gave, and a later one can give it back. A list without any positive pattern is unclear.
 */
export function compileTakeList(patterns: readonly string[]): FilterList {
  return compile(patterns, (compiled) => {
    if (compiled.every(({ negated }) => negated)) return { kind: "unclear", why: "there is no pattern without !" };
    const takes = (text: string) => compiled.findLast(({ matches }) => matches(text))?.negated === false;
    return { kind: "list", takes, ignores: (text) => !takes(text) };
  });
}

/**
 * Compiles the patterns of an `-ignore` filter: any pattern that matches leaves a name out.
 *
 * GitHub does not say what `!` means here, so there it is unclear; on Gitea a `!` pattern leaves out whatever it does not
 * match (`Filter` in `modules/actions/workflowpattern`).
 */
export function compileIgnoreList(patterns: readonly string[], forge: ForgeKind): FilterList {
  return compile(patterns, (compiled) => {
    if (forge === "github" && compiled.some(({ negated }) => negated))
      return { kind: "unclear", why: "! stands in an -ignore filter" };
    const ignores = (text: string) => compiled.some(({ matches, negated }) => matches(text) !== negated);
    return { kind: "list", ignores, takes: (text) => !ignores(text) };
  });
}

type Compiled = Extract<FilterPattern, { kind: "pattern" }>;

function compile(patterns: readonly string[], make: (compiled: readonly Compiled[]) => FilterList): FilterList {
  if (patterns.length === 0) return { kind: "unclear", why: "the list of patterns is empty" };
  if (patterns.length > mostPatterns) return { kind: "unclear", why: `there are more than ${mostPatterns} patterns` };
  const compiled: Compiled[] = [];
  for (const text of patterns) {
    const pattern = compileFilterPattern(text);
    if (pattern.kind === "unclear")
      return { kind: "unclear", why: `the pattern ${JSON.stringify(text.slice(0, 80))} ${pattern.why}` };
    compiled.push(pattern);
  }
  return make(compiled);
}
