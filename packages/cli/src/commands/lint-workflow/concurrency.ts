import { supportsSince } from "../init/gitea-version.ts";
import { isRecord, valueAt } from "../../config/layers.ts";
import type { LintOptions } from "./lint-workflow.ts";
import { expand, type Located, triggersOf, warningAt } from "./workflow-map.ts";

/**
 * A group keeps one running and one waiting run: the one in between is cancelled, and its commit never ships by itself.
 * Source: docs.github.com, "Control the concurrency of workflows and jobs".
 */
export function droppedRuns(
  workflow: Readonly<Record<string, unknown>>,
  { kind, version }: Pick<LintOptions, "kind" | "version">,
): readonly Located[] {
  // A forge that ignores it drops nothing.
  if (kind === "gitea" && !supportsSince(version, 26)) return [];
  // Only runs on commits of a branch can keep one from shipping: a group per pull request drops none of them.
  if (!triggersOf(workflow).some(({ event }) => ofCommits.has(event))) return [];
  return [["concurrency"], ["jobs", "*", "concurrency"]]
    .flatMap((path) => expand(workflow, path))
    .filter((path) => !isOfItsOwn(groupOf(valueAt(workflow, path))))
    .map((path) =>
      warningAt(
        path,
        `${path.join(".")}: it keeps one waiting run and cancels those before it, whatever cancel-in-progress says`,
        "leave it out: the ledger keeps two runs at once apart; or put ${{ github.run_id }} into the group",
      ),
    );
}

const ofCommits: ReadonlySet<string> = new Set(["push", "workflow_run", "merge_group", "workflow_call"]);

function groupOf(concurrency: unknown): string {
  const group = isRecord(concurrency) ? concurrency["group"] : concurrency;
  return typeof group === "string" ? group : "";
}

/** A group that every run, or every commit, has to itself drops none of another. */
function isOfItsOwn(group: string): boolean {
  return /\$\{\{[^}]*\bgithub\.(?:run_id|sha)\b[^}]*\}\}/.test(group);
}
