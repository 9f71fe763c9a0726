import { z } from "zod";

/** Text that GitHub may leave out or send as null. */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

const file = z.object({ filename: z.string(), previous_filename: z.string().nullish() });
export type WireFile = z.infer<typeof file>;

export const branchSchema = z.object({ commit: z.object({ sha: z.string() }) });

const commit = z.object({ sha: z.string(), commit: z.object({ message: z.string().nullish() }).nullish() });
export type WireCommit = z.infer<typeof commit>;

export const commitSchema = commit.extend({ files: z.array(file).nullish() });

export const compareSchema = z.object({
  status: z.string(),
  total_commits: z.number().nullish(),
  commits: z.array(commit),
  files: z.array(file).nullish(),
});
export type WireCompare = z.infer<typeof compareSchema>;

const status = z.object({
  id: z.number(),
  context: z.string(),
  state: z.string(),
  description: text,
  target_url: text,
  created_at: text,
  updated_at: text,
});
export type WireStatus = z.infer<typeof status>;

export const statusesSchema = z.array(status);
export const combinedStatusSchema = z.object({ statuses: z.array(status) }).transform(({ statuses }) => statuses);

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
export type WireCheckRun = z.infer<typeof checkRun>;

/** A page of a list that counts its rows itself. */
export interface WirePage<T> {
  readonly total: number;
  readonly rows: readonly T[];
}

const total = z.number().nullish();

export const checkRunsSchema = z
  .object({ total_count: total, check_runs: z.array(checkRun) })
  .transform((page): WirePage<WireCheckRun> => ({ total: page.total_count ?? 0, rows: page.check_runs }));

export const checkSuitesSchema = z
  .object({ total_count: total, check_suites: z.array(z.object({ id: z.number() })) })
  .transform((page): WirePage<{ readonly id: number }> => ({ total: page.total_count ?? 0, rows: page.check_suites }));

const run = z.object({
  id: z.number(),
  run_attempt: z.number().nullish(),
  path: text,
  name: text,
  event: text,
  head_branch: text,
  head_sha: text,
  status: text,
  conclusion: text,
  html_url: text,
  created_at: text,
  updated_at: text,
});
export type WireRun = z.infer<typeof run>;

export const runsSchema = z
  .object({ total_count: total, workflow_runs: z.array(run) })
  .transform((page): WirePage<WireRun> => ({ total: page.total_count ?? 0, rows: page.workflow_runs }));

export const workflowSchema = z.object({ path: text, name: text, state: text });

export const variableSchema = z.object({ value: z.string() });

/** A file; a folder is a list and so does not fit, a file of more than 1 MB comes with the encoding `none`. */
export const contentsSchema = z.object({ encoding: z.literal("base64"), content: z.string() });

export const activitiesSchema = z.array(
  z.object({ before: text, after: text, ref: text, actor: z.object({ login: text }).nullish() }),
);

export const installationSchema = z.object({ id: z.number() });
