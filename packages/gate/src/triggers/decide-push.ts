import { compileIgnoreList, compileTakeList, type FilterList, type ForgeKind } from "./filter-list.ts";
import type { PushFilterName, PushTrigger } from "./parse-workflow.ts";

/** A push to a branch: every file that differs between before and after, under its old name too if it was renamed. */
export interface BranchPush {
  readonly branch: string;
  readonly files: readonly string[];
}

/** What a push to a branch makes of a workflow's `push` trigger. */
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
export function decidePush(trigger: PushTrigger, push: BranchPush, forge: ForgeKind): PushDecision {
  const both = (["branches", "tags", "paths"] as const).find(
    (name) => trigger[name] !== undefined && trigger[`${name}-ignore`] !== undefined,
  );
  // GitHub turns such a workflow down, Gitea asks for both.
  if (both !== undefined && forge === "github")
    return { kind: "unclear", why: `${both} and ${both}-ignore stand side by side` };
  return decideBranch(trigger, push.branch, forge) ?? decidePaths(trigger, push.files, forge);
}

function decideBranch(trigger: PushTrigger, branch: string, forge: ForgeKind): PushDecision | undefined {
  const names = present(trigger, ["branches", "branches-ignore"]);
  const tagsOnly = names.length === 0 && present(trigger, ["tags", "tags-ignore"]).length > 0;
  if (tagsOnly) return { kind: "other-branch", why: "it runs for tags only" };
  for (const name of names) {
    const list = compileFilter(trigger, name, forge);
    if (list.kind === "unclear") return { kind: "unclear", why: `${name}: ${list.why}` };
    if (!list.takes(branch)) return { kind: "other-branch", why: `${name} leaves ${branch} out` };
  }
  return undefined;
}

function decidePaths(trigger: PushTrigger, files: readonly string[], forge: ForgeKind): PushDecision {
  const names = present(trigger, ["paths", "paths-ignore"]);
  let filtered: PushDecision | undefined;
  for (const name of names) {
    const list = compileFilter(trigger, name, forge);
    if (list.kind === "unclear") return { kind: "unclear", why: `${name}: ${list.why}` };
    if (!files.some(list.takes))
      filtered ??= { kind: "path-filtered", filter: name, patterns: trigger[name] ?? [], files };
  }
  if (filtered === undefined) return { kind: "runs" };
  // An empty commit changes nothing; what `paths-ignore` makes of that, no page says. It may also be a diff that went missing.
  return files.length === 0 ? { kind: "unclear", why: "the push changes no file" } : filtered;
}

function present<N extends PushFilterName>(trigger: PushTrigger, names: readonly N[]): readonly N[] {
  return names.filter((name) => trigger[name] !== undefined);
}

function compileFilter(trigger: PushTrigger, name: PushFilterName, forge: ForgeKind): FilterList {
  const patterns = trigger[name] ?? [];
  return name.endsWith("-ignore") ? compileIgnoreList(patterns, forge) : compileTakeList(patterns);
}
