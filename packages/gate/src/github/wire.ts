import type { Schema } from "@lateen/kernel";
import { z } from "zod";

// Only the fields that are used; text that is left out or null is `""`.
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
const maybe = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);
const count = z
  .number()
  .nullish()
  .transform((value) => value ?? undefined);

export const branchSchema: Schema<{ commit: { sha: string } }> = z.object({ commit: z.object({ sha: z.string() }) });

const file = z.object({ filename: z.string(), previous_filename: maybe });
export type WireFile = z.output<typeof file>;

const files = z
  .array(file)
  .nullish()
  .transform((value) => value ?? undefined);

const commit = z.object({
  sha: z.string(),
  commit: z.object({ message: maybe, committer: z.object({ date: maybe }).nullish() }).nullish(),
  parents: z.array(z.object({ sha: z.string() })).nullish(),
});
export type WireCommit = z.output<typeof commit>;

const commitWithFiles = commit.extend({ files });
export const commitSchema: Schema<z.output<typeof commitWithFiles>> = commitWithFiles;
export const commitsSchema: Schema<readonly WireCommit[]> = z.array(commit);

const comparison = z.object({
  status: z.string(),
  total_commits: count,
  /** Oldest first; undefined if the answer does not list them. */
  commits: z
    .array(commit)
    .nullish()
    .transform((value) => value ?? undefined),
  files,
});
export type WireCompare = z.output<typeof comparison>;
export const compareSchema: Schema<WireCompare> = comparison;

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
const statuses = z.array(status);

export const statusesSchema: Schema<readonly WireStatus[]> = statuses;
/** The newest status of each context. */
export interface CombinedStatus {
  readonly statuses: readonly WireStatus[];
  /** Contexts that there are; undefined if the answer does not count them. */
  readonly total: number | undefined;
}

export const combinedStatusSchema: Schema<CombinedStatus> = z
  .object({ statuses, total_count: z.number().optional() })
  .transform(({ statuses: rows, total_count: total }) => ({ statuses: rows, total }));

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

export const checkRunsSchema: Schema<WirePage<WireCheckRun>> = z
  .object({ total_count: count, check_runs: z.array(checkRun) })
  .transform(({ check_runs: rows, total_count: total = 0 }) => ({ total, rows }));

export const checkSuitesSchema: Schema<WirePage<{ readonly id: number }>> = z
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

export const runsSchema: Schema<WirePage<WireRun>> = z
  .object({ total_count: count, workflow_runs: z.array(run) })
  .transform(({ workflow_runs: rows, total_count: total = 0 }) => ({ total, rows }));

export const workflowSchema: Schema<{ path: string; name: string; state: string }> = z.object({
  path: text,
  name: text,
  state: z.string(),
});

export const workflowsSchema: Schema<{ path: string; name: string; state: string }[]> = z
  .object({ workflows: z.array(z.object({ path: text, name: text, state: z.string() })) })
  .transform(({ workflows }) => workflows);

export const repositorySchema: Schema<{ branch: string; isOfUser: boolean }> = z
  .object({ default_branch: z.string().min(1), owner: z.object({ type: text }).nullish() })
  .transform(({ default_branch: branch, owner }) => ({ branch, isOfUser: owner?.type === "User" }));

export const packagesSchema: Schema<{ name: string; repository: string | undefined }[]> = z.array(
  z
    .object({ name: z.string().min(1), repository: z.object({ full_name: maybe }).nullish() })
    .transform(({ name, repository }) => ({ name, repository: repository?.full_name })),
);

export const variableSchema: Schema<{ value: string }> = z.object({ value: z.string() });

/** Variables of the organisation that the repository sees. */
export const variablesSchema: Schema<{ variables: { name: string; value: string }[] }> = z.object({
  variables: z.array(z.object({ name: z.string(), value: z.string() })),
});

/** A file; a folder is a list and so does not fit, a file of more than 1 MB comes with the encoding `none`. */
export const contentsSchema: Schema<{ content: string }> = z.object({
  encoding: z.literal("base64"),
  content: z.string(),
});

const activity = z.object({ before: text, after: text, ref: text, actor: z.object({ login: text }).nullish() });
export type WireActivity = z.output<typeof activity>;
export const activitiesSchema: Schema<readonly WireActivity[]> = z.array(activity);

export const installationSchema: Schema<{ id: number }> = z.object({ id: z.number() });
