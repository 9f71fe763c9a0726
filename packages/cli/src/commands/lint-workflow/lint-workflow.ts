import type { WorkflowConfig } from "../../config/config.ts";
import type { SourceDocument } from "../../config/read-yaml.ts";
import { isRecord } from "../../config/layers.ts";
import type { Finding } from "../doctor/finding.ts";
import { droppedRuns } from "./concurrency.ts";
import { gitHubFindings, giteaFindings, jobEnvironments } from "./ignored-keys.ts";
import { missingRuns } from "./missing-runs.ts";
import { type Located, mergeKeys, placeOf, gapAt } from "./workflow-map.ts";

/** For which forge, and next to which gate, a workflow is judged. */
export interface LintOptions {
  readonly kind: "github" | "gitea";
  /** Version of Gitea, such as `1.22.6`; unknown counts as old. */
  readonly version?: string | undefined;
  /** Only commits of this branch ship. */
  readonly branch: string;
  /** The event whose runs the gate counts. */
  readonly event: "push" | "merge_group";
  /** Workflows that the gate requires. */
  readonly required: readonly WorkflowConfig[];
  /** Checks that the gate requires. */
  readonly checks: readonly string[];
}

/** Finds keys that the forge ignores or refuses, rules that drop queued runs, and commits that are left without a run. */
export async function lintWorkflow(
  { text, document }: { readonly text: string; readonly document: SourceDocument },
  options: LintOptions,
): Promise<readonly Finding[]> {
  const shape = shapeOf(document.value);
  const found = shape.length > 0 ? shape : await findingsOf(text, document, options);
  return found.map(({ path, ...finding }) => ({ check: `${document.file}${placeOf(document, path)}`, ...finding }));
}

async function findingsOf(text: string, document: SourceDocument, options: LintOptions): Promise<readonly Located[]> {
  const workflow = mergeKeys(document.value);
  if (!isRecord(workflow)) return [];
  return [
    ...(options.kind === "gitea" ? giteaFindings(workflow, options.version) : gitHubFindings(document.value)),
    ...jobEnvironments(workflow, options.kind),
    ...(await unshippedCommits({ text, document }, options)),
  ];
}

/** Finds what leaves a commit without the run that the gate waits for. */
export async function unshippedCommits(
  { text, document }: { readonly text: string; readonly document: SourceDocument },
  options: LintOptions,
): Promise<readonly Located[]> {
  const workflow = mergeKeys(document.value);
  if (!isRecord(workflow)) return [];
  return [...droppedRuns(workflow, options), ...(await missingRuns(workflow, text, document.file, options))];
}

/** Reasons why a file is not a workflow. */
function shapeOf(value: unknown): readonly Located[] {
  if (value === null || value === undefined) return [gapAt([], "it is empty", whole)];
  if (!isRecord(value)) return [gapAt([], "it is not a mapping, and so not a workflow", whole)];
  const { on = null, jobs } = value;
  const found: Located[] = [];
  if (on === null) found.push(gapAt([], "it has no `on`, and so never starts", "say when it starts, such as on: push"));
  else if (!isTrigger(on)) found.push(gapAt(["on"], notTrigger, "write on: push, or on: { push: … }"));
  if (!isRecord(jobs))
    found.push(gapAt(jobs === undefined ? [] : ["jobs"], "it has no mapping of jobs, and so does nothing", whole));
  return found;
}

const notTrigger = "`on` is neither an event, a list of events nor a mapping";
const whole = "a workflow is a mapping with on and jobs";

function isTrigger(on: unknown): boolean {
  return (
    isRecord(on) || typeof on === "string" || (Array.isArray(on) && on.every((event) => typeof event === "string"))
  );
}
