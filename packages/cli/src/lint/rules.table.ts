/** A key of workflows that Gitea reads over. */
export interface IgnoredKey {
  /** Path in the file; `*` stands for any key. */
  readonly path: readonly string[];
  readonly why: string;
}

/** Keys without effect on Gitea. Source: docs.gitea.com, "Compared to GitHub Actions", Unsupported workflows syntax. */
export const ignoredByGitea: readonly IgnoredKey[] = [
  { path: ["concurrency"], why: "Gitea ignores it: runs of one workflow and branch are cancelled by newer ones all the same" },
  { path: ["jobs", "*", "concurrency"], why: "Gitea ignores it" },
  { path: ["run-name"], why: "Gitea ignores it" },
  { path: ["permissions"], why: "Gitea ignores it: the job's token may do what the instance allows" },
  { path: ["jobs", "*", "permissions"], why: "Gitea ignores it: the job's token may do what the instance allows" },
  { path: ["jobs", "*", "timeout-minutes"], why: "Gitea ignores it: the job ends with the instance's own limit" },
  { path: ["jobs", "*", "continue-on-error"], why: "Gitea ignores it: the commit status is red all the same" },
  { path: ["jobs", "*", "environment"], why: "Gitea has no environments: nobody is asked for an approval" },
  { path: ["on", "workflow_run"], why: "Gitea has no such event: the workflow never starts by it" },
];
