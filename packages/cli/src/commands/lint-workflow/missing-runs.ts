import { decidePush, matchesName, parseWorkflow } from "@lateen/gate/decisions";
import { isRecord } from "../../config/layers.ts";
import type { LintOptions } from "./lint-workflow.ts";
import { expand, type Located, startsOn, warningAt, gapAt } from "./workflow-map.ts";

/** Commits of the branch that never get the run, or the check, that the gate waits for. */
export async function missingRuns(
  workflow: Readonly<Record<string, unknown>>,
  text: string,
  file: string,
  options: LintOptions,
): Promise<readonly Located[]> {
  const gate = options.required.find((entry) => file.endsWith(`/${entry.file}`) || file === entry.file);
  const checks = checksOf(workflow, file, options.kind);
  const awaited = options.checks.filter((entry) =>
    checks.some((name) => matchesName(entry, name) || matchesName(name, entry)),
  );
  if (gate === undefined && awaited.length === 0) return [];
  const what = gate === undefined ? `the check ${JSON.stringify(awaited[0])}` : `a run of ${gate.file}`;
  if (options.event === "merge_group") return gate === undefined ? [] : notQueued(workflow, what, options.branch);
  const parsed = await parseWorkflow(text, file);
  const push = parsed.kind === "found" ? parsed.value.push : parsed;
  // Another workflow may have a job of that name.
  if (gate === undefined && push.kind !== "found") return [];
  if (push.kind === "unknown")
    return [
      warningAt(
        ["on"],
        "its triggers cannot be understood, so that a run that is missing is never proven not to be due",
        "write on.push with plain lists of patterns",
      ),
    ];
  if (push.kind === "absent")
    return [
      gapAt(
        ["on"],
        `it does not run on pushes, and so no commit ever has ${what}, which the gate waits for`,
        "let it run on push to the branch, or take it out of the gate",
      ),
    ];
  return [
    ...otherBranch(push.value, what, options),
    ...filteredPaths(workflow, awaited, { gate, what, kind: options.kind }),
  ];
}

/** A queue has no filter of paths: a workflow is started by it or is not. */
function notQueued(workflow: Readonly<Record<string, unknown>>, what: string, branch: string): readonly Located[] {
  if (startsOn(workflow, "merge_group", branch)) return [];
  return [
    gapAt(
      ["on"],
      `the merge queue of ${branch} does not start it, and so no commit ever has ${what}, which the gate waits for`,
      "let it run on merge_group, or take it out of the gate",
    ),
  ];
}

function otherBranch(
  trigger: Parameters<typeof decidePush>[0],
  what: string,
  { kind, branch }: LintOptions,
): readonly Located[] {
  const { paths: _, "paths-ignore": __, ...rest } = trigger;
  const decision = decidePush(rest, { branch, files: ["any"] }, kind);
  if (decision.kind !== "other-branch") return [];
  return [
    gapAt(
      ["on", "push"],
      `${decision.why}: no commit of ${branch} has ${what}, which the gate waits for`,
      `add ${branch} to on.push.branches`,
    ),
  ];
}

function filteredPaths(
  workflow: Readonly<Record<string, unknown>>,
  awaited: readonly string[],
  {
    gate,
    what,
    kind,
  }: {
    readonly gate: LintOptions["required"][number] | undefined;
    readonly what: string;
    readonly kind: LintOptions["kind"];
  },
): readonly Located[] {
  const filters = [
    ["on", "push", "paths"],
    ["on", "push", "paths-ignore"],
  ].flatMap((path) => expand(workflow, path));
  return filters.flatMap((path): readonly Located[] => {
    const name = path.join(".");
    if (awaited.length > 0)
      return [
        {
          path,
          // On GitHub the name of a check does not name the workflow: another one may have a job of that name.
          verdict: kind === "gitea" ? "gap" : "warning",
          fact: `${name}: commits that it leaves out never get the check ${JSON.stringify(awaited[0])}, and the gate waits for it until gate.timeout`,
          fix: "require the workflow in gate.workflows in its place, with whenAbsent: prove; or let a job without a filter report for all",
        },
      ];
    if (gate === undefined || gate.whenAbsent === "prove") return [];
    return gate.whenAbsent === "refuse"
      ? [
          gapAt(
            path,
            `${name}: commits that it leaves out have no run of ${gate.file}, and the gate refuses them forever`,
            "say whenAbsent: prove",
          ),
        ]
      : [
          warningAt(
            path,
            `${name}: commits that it leaves out ship without ${what}, and so do those whose run was lost`,
            "say whenAbsent: prove",
          ),
        ];
  });
}

/** The names under which the forge shows the jobs of a push: of the job on GitHub, with workflow and event on Gitea. */
function checksOf(
  workflow: Readonly<Record<string, unknown>>,
  file: string,
  kind: LintOptions["kind"],
): readonly string[] {
  const { jobs, name } = workflow;
  if (!isRecord(jobs)) return [];
  const shown = Object.entries(jobs).map(([id, job]) => jobName(id, job));
  if (kind === "github") return shown;
  // Without a name the title is empty until 1.26, and the file's name since then.
  const titles =
    typeof name === "string" && name.trim() !== ""
      ? [`${name.trim()} `]
      : ["", `${file.slice(file.lastIndexOf("/") + 1)} `];
  return titles.flatMap((title) => shown.map((job) => `${title}/ ${job} (push)`));
}

/** The name of a job, as a pattern if it is for many: a matrix, or a called workflow. */
function jobName(id: string, job: unknown): string {
  if (!isRecord(job)) return id;
  const named = typeof job["name"] === "string" ? job["name"].replaceAll(/\$\{\{.*?\}\}/g, "*") : id;
  if (job["uses"] !== undefined) return `${named} / *`;
  const isMatrix = expand(job, ["strategy", "matrix"]).length > 0;
  return isMatrix && !named.includes("*") ? `${named} (*)` : named;
}
