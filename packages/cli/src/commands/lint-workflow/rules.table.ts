/** A key of workflows that Gitea reads over. */
export interface IgnoredKey {
  /** Path in the file; `*` is for any key. */
  readonly path: readonly string[];
  /** The minor version of Gitea 1 from which it has an effect; absent if none is known. */
  readonly since?: number;
  readonly why: string;
}

/** Keys without effect on Gitea, by version. Source: docs.gitea.com, "Compared to GitHub Actions" of 1.22 to 1.27, Unsupported workflows syntax. */
export const ignoredByGitea: readonly IgnoredKey[] = [
  { path: ["concurrency"], since: 26, why: "runs of one workflow and branch are cancelled by newer ones regardless" },
  { path: ["jobs", "*", "concurrency"], since: 26, why: "jobs run side by side all the same" },
  { path: ["run-name"], since: 25, why: "runs are named after the commit" },
  { path: ["permissions"], since: 26, why: "the job's token may do what the instance allows" },
  { path: ["jobs", "*", "permissions"], since: 26, why: "the job's token may do what the instance allows" },
  { path: ["jobs", "*", "timeout-minutes"], since: 27, why: "the job ends with the instance's own limit" },
  { path: ["jobs", "*", "continue-on-error"], since: 27, why: "the commit status is red all the same" },
  { path: ["jobs", "*", "environment"], why: "it has no environments, and asks for no approval" },
];
