import { compileIgnoreList, compileTakeList, type FilterList, type FilterEngine } from "./filter-list.ts";
import { createStepBudget, type StepBudget, TooMuchToMatch } from "./step-budget.ts";
import type { PushFilterName, PushTrigger } from "./parse-workflow.ts";

/** A push to a branch: every file that differs between before and after, under its old name too if it was renamed. */
export interface BranchPush {
  readonly branch: string;
  readonly files: readonly string[];
}

/** Effect of a push to a branch on a workflow's `push` trigger. */
export type PushDecision =
  | { readonly kind: "runs" }
  /** Only the filter of paths keeps the workflow from running: no changed file is left by it. */
  | {
      readonly kind: "path-filtered";
      readonly filter: "paths" | "paths-ignore";
      readonly patterns: readonly string[];
      readonly files: readonly string[];
    }
  | { readonly kind: "other-branch"; readonly why: string }
  | { readonly kind: "unclear"; readonly why: string };

/**
 * Decides whether a push to a branch starts a workflow with this `push` trigger. Filters of branch and of paths must both let it
 * through; a trigger with filters for tags only does not run for branches. Whatever the forges do not document is `unclear`.
 */
export function decidePush(trigger: PushTrigger, push: BranchPush, engine: FilterEngine): PushDecision {
  const both = (["branches", "tags", "paths"] as const).find(
    (name) => trigger[name] !== undefined && trigger[`${name}-ignore`] !== undefined,
  );
  // GitHub turns such a workflow down, Gitea asks for both.
  if (both !== undefined && engine === "github")
    return { kind: "unclear", why: `${both} and ${both}-ignore cannot be combined` };
  return decideBranch(trigger, push.branch, engine) ?? decidePaths(trigger, push.files, engine);
}

function decideBranch(trigger: PushTrigger, branch: string, engine: FilterEngine): PushDecision | undefined {
  const names = present(trigger, ["branches", "branches-ignore"]);
  const tagsOnly = names.length === 0 && present(trigger, ["tags", "tags-ignore"]).length > 0;
  if (tagsOnly) return { kind: "other-branch", why: "it runs for tags only" };
  for (const name of names) {
    const list = compileFilter(trigger, name, engine);
    if (list.kind === "unclear") return { kind: "unclear", why: `${name}: ${list.why}` };
    if (!list.takes(branch)) return { kind: "other-branch", why: `${name} leaves ${branch} out` };
  }
  return undefined;
}

function decidePaths(trigger: PushTrigger, files: readonly string[], engine: FilterEngine): PushDecision {
  const names = present(trigger, ["paths", "paths-ignore"]);
  const budget = createStepBudget();
  let filtered: PushDecision | undefined;
  for (const name of names) {
    const list = compileFilter(trigger, name, engine);
    if (list.kind === "unclear") return { kind: "unclear", why: `${name}: ${list.why}` };
    const matched = matchesAny(list, files, budget);
    if (matched === undefined) return { kind: "unclear", why: `${name}: too much to match` };
    if (!matched) filtered ??= { kind: "path-filtered", filter: name, patterns: trigger[name] ?? [], files };
  }
  if (filtered === undefined) return { kind: "runs" };
  // An empty commit changes nothing; what `paths-ignore` makes of that, no page says. It may also be a diff that went missing.
  return files.length === 0 ? { kind: "unclear", why: "the push changes no file" } : filtered;
}

/** Undefined if the budget is used up before that is known. */
function matchesAny(
  list: Extract<FilterList, { kind: "list" }>,
  files: readonly string[],
  budget: StepBudget,
): boolean | undefined {
  try {
    return files.some((file) => list.takes(file, budget));
  } catch (error) {
    if (error instanceof TooMuchToMatch) return undefined;
    throw error;
  }
}

function present<N extends PushFilterName>(trigger: PushTrigger, names: readonly N[]): readonly N[] {
  return names.filter((name) => trigger[name] !== undefined);
}

function compileFilter(trigger: PushTrigger, name: PushFilterName, engine: FilterEngine): FilterList {
  const patterns = trigger[name] ?? [];
  return name.endsWith("-ignore") ? compileIgnoreList(patterns, engine) : compileTakeList(patterns, engine);
}
