import { z } from "zod";
import { files, maybe, orEmpty, text, workflowSchema } from "../forge/lenient.ts";

// Only the fields that are used.
const count = orEmpty(z.number(), undefined);

export const branchSchema = z.object({ commit: z.object({ sha: z.string() }) });

const commit = z.object({
  sha: z.string(),
  commit: z.object({ message: maybe, committer: z.object({ date: maybe }).nullish() }).nullish(),
  parents: z.array(z.object({ sha: z.string() })).nullish(),
});
export type WireCommit = z.output<typeof commit>;

export const commitSchema = commit.extend({ files });
export const commitsSchema = z.array(commit);

export const compareSchema = z.object({
  status: z.string(),
  total_commits: count,
  /** Oldest first; undefined if the answer does not list them. */
  commits: orEmpty(commitsSchema, undefined),
  files,
});
export type WireCompare = z.output<typeof compareSchema>;

const status = z.object({
  id: z.number(),
  context: z.string(),
  state: z.string(),
  description: text,
  target_url: text,
  created_at: text,
  updated_at: text,
  creator: z.object({ login: text }).nullish(),
});
export type WireStatus = z.output<typeof status>;

export const statusesSchema = z.array(status);

/** The newest status of each context; `total` is undefined if the answer does not count them. */
export const combinedStatusSchema = z
  .object({ statuses: statusesSchema, total_count: z.number().optional() })
  .transform(({ statuses, total_count: total }) => ({ statuses, total }));
export type CombinedStatus = z.output<typeof combinedStatusSchema>;

/** A page of a list that counts its rows itself. */
export interface WirePage<T> {
  readonly total: number;
  readonly rows: readonly T[];
}

const checkRun = z.object({
  id: z.number(),
  name: z.string(),
  status: text,
  conclusion: text,
  html_url: text,
  details_url: text,
  started_at: text,
  completed_at: text,
  app: z.object({ slug: text }).nullish(),
  check_suite: z.object({ id: z.number() }).nullish(),
  output: z.object({ title: text }).nullish(),
});
export type WireCheckRun = z.output<typeof checkRun>;

export const checkRunsSchema = z
  .object({ total_count: count, check_runs: z.array(checkRun) })
  .transform(({ check_runs: rows, total_count: total = 0 }) => ({ total, rows }));

export const checkSuitesSchema = z
  .object({ total_count: count, check_suites: z.array(z.object({ id: z.number() })) })
  .transform(({ check_suites: rows, total_count: total = 0 }) => ({ total, rows }));

const run = z.object({
  id: z.number(),
  run_attempt: count,
  path: text,
  name: text,
  event: text,
  head_branch: text,
  head_sha: text,
  status: text,
  conclusion: text,
  html_url: text,
  created_at: text,
  run_started_at: text,
  updated_at: text,
});
export type WireRun = z.output<typeof run>;

export const runsSchema = z
  .object({ total_count: count, workflow_runs: z.array(run) })
  .transform(({ workflow_runs: rows, total_count: total = 0 }) => ({ total, rows }));

export const workflowsSchema = z.object({ workflows: z.array(workflowSchema) }).transform(({ workflows }) => workflows);

export const repositorySchema = z
  .object({ default_branch: z.string().min(1), owner: z.object({ type: text }).nullish() })
  .transform(({ default_branch: branch, owner }) => ({ branch, isOfUser: owner?.type === "User" }));

export const packagesSchema = z.array(
  z
    .object({ name: z.string().min(1), repository: z.object({ full_name: maybe }).nullish() })
    .transform(({ name, repository }) => ({ name, repository: repository?.full_name })),
);

export const variableSchema = z.object({ value: z.string() });

/** Variables of the organisation that the repository sees. */
export const variablesSchema = z.object({
  variables: z.array(z.object({ name: z.string(), value: z.string() })),
});

/** A file; a folder is a list and so does not fit, a file of more than 1 MB comes with the encoding `none`. */
export const contentsSchema = z.object({ encoding: z.literal("base64"), content: z.string() });

const activity = z.object({ before: text, after: text, ref: text, actor: z.object({ login: text }).nullish() });
export type WireActivity = z.output<typeof activity>;
export const activitiesSchema = z.array(activity);

export const installationSchema = z.object({ id: z.number() });
