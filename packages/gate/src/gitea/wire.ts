import { z } from "zod";
import { files, maybe, orEmpty, text, workflowSchema } from "../forge/lenient.ts";

// Only the fields that are used.
const number = orEmpty(z.number(), 0);
const listOf = <T extends z.ZodType>(item: T) => orEmpty(z.array(item), []);

/** An object with one of these keys: other JSON, in which every field may be left out, would read as an empty list. */
function having<T extends z.ZodType>(keys: readonly string[], schema: T) {
  const hasOne = (value: unknown): boolean =>
    typeof value === "object" && value !== null && keys.some((key) => key in value);
  return z
    .unknown()
    .refine(hasOne, { message: `has none of ${keys.join(", ")}` })
    .pipe(schema);
}

export const versionSchema = z.object({ version: z.string() });

/** `id` is what servers send today, `sha` what some sent; either may be abbreviated. */
export const branchSchema = z.object({ commit: z.object({ id: maybe, sha: maybe }) });

const status = z.object({
  id: number,
  context: z.string(),
  status: text,
  state: text,
  target_url: text,
  description: text,
  created_at: text,
  updated_at: text,
  /** Null for rows of Actions. */
  creator: z.object({ login: text }).nullish(),
});
export type WireStatus = z.output<typeof status>;

export const statusesSchema = listOf(status);
export const combinedSchema = having(["statuses"], z.object({ statuses: listOf(status) }));

export const runSchema = z.object({
  id: z.number(),
  run_number: number,
  path: text,
  name: text,
  event: text,
  head_sha: text,
  head_branch: text,
  run_attempt: number,
  status: text,
  conclusion: text,
  html_url: text,
  created_at: text,
  started_at: text,
  updated_at: text,
  completed_at: text,
  actor: z.object({ id: number, login: text }).nullish(),
});
export type WireRun = z.output<typeof runSchema>;

const runs = listOf(runSchema);
export const runsSchema = z.union([
  having(["workflow_runs"], z.object({ workflow_runs: runs })).transform(({ workflow_runs: rows }) => rows),
  runs,
]);

const job = z.object({ id: z.number(), status: text, conclusion: text });
export const jobsSchema = having(["jobs"], z.object({ jobs: listOf(job) })).transform(({ jobs }) => jobs);

export const commitSchema = z
  .object({
    sha: z.string(),
    commit: z.object({ message: maybe, committer: z.object({ date: text }).nullish() }).nullish(),
    parents: z.array(z.object({ sha: z.string() })).nullish(),
    files,
  })
  .transform(({ commit: inner, parents, ...rest }) => ({
    ...rest,
    message: inner?.message,
    at: inner?.committer?.date ?? "",
    parents: parents?.map(({ sha }) => sha),
  }));
export type WireCommit = z.output<typeof commitSchema>;

export const commitsSchema = listOf(commitSchema);

/** No version up to 1.27.3 has files at the top. */
export const compareSchema = having(
  ["commits", "total_commits"],
  z.object({ commits: commitsSchema, total_commits: number }),
);

/** Documented as `data`; some servers and proxies call it `value`. */
export const variableSchema = z
  .object({ data: maybe, value: maybe })
  .transform(({ data, value }) => data ?? value)
  .refine((value) => value !== undefined, { message: "neither data nor value" })
  .transform((value) => value ?? "");

export const userSchema = z.object({ login: z.string() });

export const contentsSchema = z.object({ content: z.string(), encoding: text });
export type WireContents = z.output<typeof contentsSchema>;

export const folderSchema = z.array(z.object({ path: text }));

export const workflowsSchema = having(["workflows"], z.object({ workflows: listOf(workflowSchema) })).transform(
  ({ workflows }) => workflows,
);

export const repositorySchema = z
  .object({ default_branch: z.string().min(1) })
  .transform(({ default_branch: branch }) => ({ branch }));

export const packagesSchema = z.array(
  z
    .object({ id: number, name: z.string().min(1), repository: z.object({ full_name: maybe }).nullish() })
    .transform(({ id, name, repository }) => ({ id, name, repository: repository?.full_name })),
);

const activity = z
  .object({ op_type: text, ref_name: text, content: text, act_user: z.object({ login: text }).nullish() })
  .transform(({ act_user: user, ...rest }) => ({ ...rest, login: user?.login ?? "" }));
export const activitiesSchema = listOf(activity);

/** JSON in the `content` of a push among the activities. */
export const pushContentSchema = z.object({
  CompareURL: text,
  HeadCommit: orEmpty(z.object({ Sha1: text }), undefined),
  Commits: listOf(z.object({ Sha1: text })),
});
