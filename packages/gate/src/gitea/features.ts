import type { FilterEngine } from "../triggers/filter-list.ts";

/** Facts about one version of Gitea. */
export interface GiteaFeatures {
  /** Form of a status's link to its run: by the run's id, or by its number in the repository. */
  readonly runLink: "id" | "number" | "unclear";
  /** True if the server lists workflow runs. */
  readonly listsRuns: boolean;
  /** True if the server compares commit ids. */
  readonly comparesCommits: boolean;
  /** True if workflows can start on `workflow_run`. */
  readonly hasWorkflowRun: boolean;
  /** True if a scheduled run is listed with `event: push`; only its actor, the user of Actions, differs. */
  readonly schedulesLookLikePushes: boolean;
  /** Description of a cancelled job, whose state is `failure`. */
  readonly cancelled: RegExp;
  /** True if a workflow that its path filter kept out leaves a `skipped` row without a target. */
  readonly marksFiltered: boolean;
  readonly filters: FilterEngine;
}

interface FeatureRow extends Partial<GiteaFeatures> {
  /** Minor version of Gitea 1 that brought the change. */
  readonly since: number;
}

/** `models/actions/status.go` of 1.22 to 1.26: the exact text; a real failure reads `Failing after 12s`. */
const exactlyCancelled = /^Has been cancelled$/;

/**
 * Changes of each version of Gitea, by the sources of its releases up to 1.27.3 (November 2026).
 */
export const featureRows: readonly FeatureRow[] = [
  {
    since: 0,
    runLink: "number",
    listsRuns: false,
    comparesCommits: false,
    hasWorkflowRun: false,
    schedulesLookLikePushes: true,
    cancelled: exactlyCancelled,
    marksFiltered: false,
    filters: "gitea",
  },
  { since: 23, comparesCommits: true },
  { since: 25, listsRuns: true, hasWorkflowRun: true },
  { since: 26, runLink: "id" },
  {
    since: 27,
    schedulesLookLikePushes: false,
    cancelled: /^(?:Has been cancelled|Canceled after \S.*)$/,
    marksFiltered: true,
    filters: "gitea-1.27",
  },
];

/** Facts that hold whatever the version: where versions differ, nothing is concluded. */
const unclear: GiteaFeatures = {
  runLink: "unclear",
  listsRuns: true,
  comparesCommits: true,
  hasWorkflowRun: false,
  schedulesLookLikePushes: true,
  cancelled: exactlyCancelled,
  marksFiltered: false,
  filters: "gitea-unclear",
};

/** Reads {@link featureRows}; `version` as `GET /version` reports it, `""` if it could not be read. */
export function featuresOf(version: string): GiteaFeatures {
  const minor = minorOf(version);
  if (minor === undefined) return unclear;
  const rows = featureRows.filter(({ since }) => since <= minor);
  return Object.assign({}, unclear, ...rows) as GiteaFeatures;
}

/** Forgejo reports `9.0.3+gitea-1.22.0`: the version of Gitea that it is compatible with counts. */
function minorOf(version: string): number | undefined {
  const text = /\+gitea-(.+)$/.exec(version)?.[1] ?? version;
  const [, major, minor] = /^v?(\d{1,4})\.(\d{1,4})/.exec(text) ?? [];
  return major === "1" ? Number(minor) : undefined;
}
