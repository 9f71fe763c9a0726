import { isRecord, valueAt } from "../../config/layers.ts";
import { hasInputs, supportsSince } from "../init/gitea-version.ts";
import { ignoredByGitea } from "./rules.table.ts";
import { expand, type Located, triggersOf, gapAt, warningAt } from "./workflow-map.ts";

/** Keys that Gitea of a version ignores, refuses, or reads otherwise. An unknown version counts as an old one. */
export function giteaFindings(
  workflow: Readonly<Record<string, unknown>>,
  version: string | undefined,
): readonly Located[] {
  return [
    ...ignoredKeys(workflow, version),
    ...chainedRuns(workflow, version),
    ...refusedInputs(workflow, version),
    ...ambiguousName(workflow),
    ...complexRunners(workflow),
  ];
}

/** Constructs that GitHub refuses although YAML allows them. */
export function gitHubFindings(raw: unknown): readonly Located[] {
  // Source: docs.github.com, "Reusing workflow configurations", YAML anchors and aliases: merge keys are not supported.
  return mergeKeyPaths(raw, []).map((path) =>
    gapAt(
      path,
      "<<: GitHub knows anchors and aliases, and no merge keys: it refuses the whole file",
      "write the keys out",
    ),
  );
}

/** The `env` of a job is made before the workflow's own is there. */
export function jobEnvironments(
  workflow: Readonly<Record<string, unknown>>,
  kind: "github" | "gitea",
): readonly Located[] {
  return expand(workflow, ["jobs", "*", "env", "*"]).flatMap((path): Located[] => {
    const value = valueAt(workflow, path);
    if (typeof value !== "string" || !/\$\{\{[^}]*(?<![\w.])env\./.test(value)) return [];
    const happens =
      kind === "github" ? "GitHub refuses the whole file" : "Gitea hands it on as it is written, ${{ and all";
    const fix = "write the value out, or set it in the env of a step";
    return [gapAt(path, `${path.join(".")}: the env of a job cannot use the env context: ${happens}`, fix)];
  });
}

function ignoredKeys(workflow: Readonly<Record<string, unknown>>, version: string | undefined): Located[] {
  return ignoredByGitea.flatMap(({ path, since, why }) =>
    since !== undefined && supportsSince(version, since)
      ? []
      : expand(workflow, path).map((found): Located =>
          warningAt(
            found,
            `${found.join(".")}: Gitea${since === undefined ? "" : ` before 1.${since}`} ignores it: ${why}`,
            version === undefined && since !== undefined ? sayVersion : "remove it: it has no effect",
          ),
        ),
  );
}

const sayVersion = "remove it: it has no effect; if your Gitea is newer, give --forge-version";

function chainedRuns(workflow: Readonly<Record<string, unknown>>, version: string | undefined): Located[] {
  if (supportsSince(version, 25)) return [];
  return triggersOf(workflow)
    .filter(({ event }) => event === "workflow_run")
    .map(({ path }) =>
      warningAt(
        path,
        "on.workflow_run: Gitea before 1.25 has no such event: the workflow never starts by it",
        version === undefined
          ? "start it on push, and let lateen ship wait for the gate itself; if your Gitea is newer, give --forge-version"
          : "start it on push, and let lateen ship wait for the gate itself",
      ),
    );
}

function refusedInputs(workflow: Readonly<Record<string, unknown>>, version: string | undefined): Located[] {
  if (hasInputs(version)) return [];
  return expand(workflow, ["on", "workflow_dispatch", "inputs"]).map((path) =>
    gapAt(
      path,
      "on.workflow_dispatch.inputs: Gitea before 1.23 refuses the whole file",
      version === undefined
        ? "leave the inputs out, or say --forge-version if your Gitea is newer"
        : "leave the inputs out",
    ),
  );
}

function ambiguousName({ name }: Readonly<Record<string, unknown>>): Located[] {
  if (typeof name !== "string" || !name.includes("/")) return [];
  const fact = "a slash in the name makes the names of its checks ambiguous";
  return [warningAt(["name"], fact, "name it without a slash")];
}

function complexRunners(workflow: Readonly<Record<string, unknown>>): Located[] {
  return expand(workflow, ["jobs", "*", "runs-on"])
    .filter((path) => isRecord(valueAt(workflow, path)))
    .map((path) =>
      gapAt(
        path,
        `${path.join(".")}: Gitea takes a label or a list of labels here, and no mapping`,
        "write runs-on: LABEL",
      ),
    );
}

function mergeKeyPaths(value: unknown, path: readonly PropertyKey[]): readonly (readonly PropertyKey[])[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => mergeKeyPaths(each, [...path, index]));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    key === "<<" ? [[...path, key]] : mergeKeyPaths(each, [...path, key]),
  );
}
