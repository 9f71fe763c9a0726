import type { Schema } from "@lateen/kernel";
import { z } from "zod";

// Only the fields that are used, and as lenient as servers differ: what is left out or null is `""`, 0 or an empty list.
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
const number = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);
const maybe = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);
function listOf<T extends z.ZodType>(item: T): z.ZodType<z.output<T>[]> {
  return z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);
}

/** An object with one of these keys: other JSON, in which every field may be left out, would read as an empty list. */
function having<T extends z.ZodType>(keys: readonly string[], schema: T): z.ZodType<z.output<T>> {
  const hasOne = (value: unknown): boolean =>
    typeof value === "object" && value !== null && keys.some((key) => key in value);
  return z
    .unknown()
    .refine(hasOne, { message: `has none of ${keys.join(", ")}` })
    .pipe(schema);
}

export const versionSchema: Schema<{ version: string }> = z.object({ version: z.string() });

/** `id` is what servers send today, `sha` what some sent; either may be abbreviated. */
export const branchSchema: Schema<{ commit: { id: string | undefined; sha: string | undefined } }> = z.object({
  commit: z.object({ id: maybe, sha: maybe }),
});

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

export const statusesSchema: Schema<WireStatus[]> = listOf(status);
export const combinedSchema: Schema<{ statuses: WireStatus[] }> = having(
  ["statuses"],
  z.object({ statuses: listOf(status) }),
);

const run = z.object({
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
export type WireRun = z.output<typeof run>;
export const runSchema: Schema<WireRun> = run;

const runs = listOf(run);
export const runsSchema: Schema<WireRun[]> = z.union([
  having(["workflow_runs"], z.object({ workflow_runs: runs })).transform(({ workflow_runs: rows }) => rows),
  runs,
]);

const job = z.object({ id: z.number(), status: text, conclusion: text });
export const jobsSchema: Schema<z.output<typeof job>[]> = having(["jobs"], z.object({ jobs: listOf(job) })).transform(
  ({ jobs }) => jobs,
);

const files = z
  .array(z.object({ filename: z.string(), previous_filename: maybe }))
  .nullish()
  .transform((value) => value ?? undefined);

const commit = z
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
export type WireCommit = z.output<typeof commit>;

export const commitSchema: Schema<WireCommit> = commit;
export const commitsSchema: Schema<WireCommit[]> = listOf(commit);

/** No version up to 1.27.3 has files at the top. */
export const compareSchema: Schema<{ commits: WireCommit[]; total_commits: number }> = having(
  ["commits", "total_commits"],
  z.object({ commits: listOf(commit), total_commits: number }),
);

/** Documented as `data`; some servers and proxies call it `value`. */
export const variableSchema: Schema<string> = z
  .object({ data: maybe, value: maybe })
  .transform(({ data, value }) => data ?? value)
  .refine((value) => value !== undefined, { message: "neither data nor value" })
  .transform((value) => value ?? "");

export const userSchema: Schema<{ login: string }> = z.object({ login: z.string() });

const contents = z.object({ content: z.string(), encoding: text });
export type WireContents = z.output<typeof contents>;
export const contentsSchema: Schema<WireContents> = contents;

export const folderSchema: Schema<{ name: string; path: string; type: string }[]> = z.array(
  z.object({ name: text, path: text, type: text }),
);

export const workflowSchema: Schema<{ path: string; name: string; state: string }> = z.object({
  path: text,
  name: text,
  state: z.string(),
});

export const workflowsSchema: Schema<{ path: string; name: string; state: string }[]> = having(
  ["workflows"],
  z
    .object({ workflows: listOf(z.object({ path: text, name: text, state: z.string() })) })
    .transform(({ workflows }) => workflows),
);

export const repositorySchema: Schema<{ branch: string }> = z
  .object({ default_branch: z.string().min(1) })
  .transform(({ default_branch: branch }) => ({ branch }));

export const packagesSchema: Schema<{ id: number; name: string; repository: string | undefined }[]> = z.array(
  z
    .object({ id: number, name: z.string().min(1), repository: z.object({ full_name: maybe }).nullish() })
    .transform(({ id, name, repository }) => ({ id, name, repository: repository?.full_name })),
);

const activity = z
  .object({ op_type: text, ref_name: text, content: text, act_user: z.object({ login: text }).nullish() })
  .transform(({ act_user: user, ...rest }) => ({ ...rest, login: user?.login ?? "" }));
export const activitiesSchema: Schema<z.output<typeof activity>[]> = listOf(activity);

/** JSON in the `content` of a push among the activities. */
const pushContent = z.object({
  CompareURL: text,
  HeadCommit: z
    .object({ Sha1: text })
    .nullish()
    .transform((value) => value ?? undefined),
  Commits: listOf(z.object({ Sha1: text })),
});
export const pushContentSchema: Schema<z.output<typeof pushContent>> = pushContent;
