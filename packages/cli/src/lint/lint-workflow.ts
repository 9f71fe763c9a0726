import type { SourceDocument } from "../config/document.ts";
import type { WorkflowConfig } from "../config/config.ts";
import { isRecord } from "../config/layers.ts";
import type { Finding } from "../doctor/finding.ts";
import { hasInputs } from "../init/write-workflow.ts";
import { ignoredByGitea } from "./rules.table.ts";

/** For which forge, and beside which gate, a workflow is judged. */
export interface LintOptions {
  readonly kind: "github" | "gitea";
  readonly version?: string | undefined;
  /** Workflows that the gate requires. */
  readonly required: readonly WorkflowConfig[];
}

/** What the forge ignores in a workflow, what drops queued runs, and which commits a path filter leaves without a run. */
export function lintWorkflow(document: SourceDocument, options: LintOptions): readonly Finding[] {
  const { value } = document;
  if (!isRecord(value))
    return [
      {
        check: document.file,
        verdict: "gap",
        fact: "it is not a workflow",
        fix: "a workflow is a mapping with on and jobs",
      },
    ];
  const found: Located[] = [
    ...(options.kind === "gitea" ? [...ignored(value), ...giteaOnly(value, options.version)] : []),
    ...droppedRuns(value),
    ...pathFilters(value, document.file, options.required),
  ];
  return found.map(({ path, ...finding }) => ({ check: `${document.file}${placeOf(document, path)}`, ...finding }));
}

interface Located extends Omit<Finding, "check"> {
  readonly path: readonly PropertyKey[];
}

function placeOf(document: SourceDocument, path: readonly PropertyKey[]): string {
  const position = document.keyPosition(path);
  return position === undefined ? "" : `:${position.line}:${position.column}`;
}

function ignored(workflow: Record<string, unknown>): Located[] {
  return ignoredByGitea.flatMap(({ path, why }) =>
    expand(workflow, path).map((found): Located => ({
      path: found,
      verdict: "warning",
      fact: `${found.map(String).join(".")}: ${why}`,
      fix: "leave it out, so that nobody relies on it",
    })),
  );
}

function giteaOnly(workflow: Record<string, unknown>, version: string | undefined): Located[] {
  const inputs = expand(workflow, ["on", "workflow_dispatch", "inputs"]);
  const { name } = workflow;
  return [
    ...(hasInputs(version)
      ? []
      : inputs.map((path): Located => ({
          path,
          verdict: "gap",
          fact: "workflow_dispatch.inputs: Gitea before 1.23 refuses the whole file",
          fix: "leave the inputs out, or say --forge-version",
        }))),
    ...(typeof name === "string" && name.includes("/")
      ? [
          {
            path: ["name"],
            verdict: "warning" as const,
            fact: "a slash in the name makes the names of its checks ambiguous",
            fix: "name it without a slash",
          },
        ]
      : []),
  ];
}

/** A group keeps one running and one waiting run: the one in between is cancelled, and its commit never ships by itself. */
function droppedRuns(workflow: Record<string, unknown>): Located[] {
  return [["concurrency"], ["jobs", "*", "concurrency"]]
    .flatMap((path) => expand(workflow, path))
    .map((path): Located => ({
      path,
      verdict: "warning",
      fact: "concurrency keeps one waiting run and cancels those before it, whatever cancel-in-progress says",
      fix: "leave it out: two runs of lateen at once are told apart by the ledger",
    }));
}

function pathFilters(workflow: Record<string, unknown>, file: string, required: readonly WorkflowConfig[]): Located[] {
  const gate = required.find((entry) => file.endsWith(`/${entry.file}`) || file === entry.file);
  if (gate === undefined || gate.whenAbsent === "prove") return [];
  return [
    ["on", "push", "paths"],
    ["on", "push", "paths-ignore"],
  ]
    .flatMap((path) => expand(workflow, path))
    .map((path): Located =>
      gate.whenAbsent === "refuse"
        ? {
            path,
            verdict: "gap",
            fact: `commits that this filter leaves out have no run of ${gate.file}, and the gate refuses them for ever`,
            fix: "say whenAbsent: prove",
          }
        : {
            path,
            verdict: "warning",
            fact: `commits that this filter leaves out ship without a run of ${gate.file}, and so do those whose run was lost`,
            fix: "say whenAbsent: prove",
          },
    );
}

/** Every path in `value` that fits a pattern with `*`. */
function expand(value: unknown, pattern: readonly string[]): (readonly string[])[] {
  const [head, ...rest] = pattern;
  if (head === undefined) return [[]];
  if (!isRecord(value)) return [];
  const keys = head === "*" ? Object.keys(value) : Object.hasOwn(value, head) ? [head] : [];
  return keys.flatMap((key) => expand(value[key], rest).map((path) => [key, ...path]));
}
