import type { Schema } from "@lateen/kernel";
import { z } from "zod";

/** Only the fields that are used; text that is left out or null is `""`. */
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

export interface WireFile {
  readonly filename: string;
  readonly previous_filename: string | undefined;
}

const files = z
  .array(z.object({ filename: z.string(), previous_filename: maybe }))
  .nullish()
  .transform((value) => value ?? undefined);

export interface WireCommit {
  readonly sha: string;
  readonly commit?:
    | {
        readonly message: string | undefined;
        readonly committer?: { readonly date: string | undefined } | null | undefined;
      }
    | null
    | undefined;
}

const commit = z.object({
  sha: z.string(),
  commit: z.object({ message: maybe, committer: z.object({ date: maybe }).nullish() }).nullish(),
});

export const commitSchema: Schema<WireCommit & { readonly files: readonly WireFile[] | undefined }> = commit.extend({
  files,
});

export const commitsSchema: Schema<readonly WireCommit[]> = z.array(commit);

export interface WireCompare {
  readonly status: string;
  readonly total_commits: number | undefined;
  /** Oldest first; undefined where the answer does not list them. */
  readonly commits: readonly WireCommit[] | undefined;
  readonly files: readonly WireFile[] | undefined;
}

export const compareSchema: Schema<WireCompare> = z.object({
  status: z.string(),
  total_commits: count,
  commits: z
    .array(commit)
    .nullish()
    .transform((value) => value ?? undefined),
  files,
});

export interface WireStatus {
  readonly id: number;
  readonly context: string;
  readonly state: string;
  readonly description: string;
  readonly target_url: string;
  readonly created_at: string;
  readonly updated_at: string;
}

const statuses: z.ZodType<readonly WireStatus[]> = z.array(
  z.object({
    id: z.number(),
    context: z.string(),
    state: z.string(),
    description: text,
    target_url: text,
    created_at: text,
    updated_at: text,
  }),
);

export const statusesSchema: Schema<readonly WireStatus[]> = statuses;
export const combinedStatusSchema: Schema<readonly WireStatus[]> = z
  .object({ statuses })
  .transform((combined) => combined.statuses);

/** A page of a list that counts its rows itself. */
export interface WirePage<T> {
  readonly total: number;
  readonly rows: readonly T[];
}

export interface WireCheckRun {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string;
  readonly html_url: string;
  readonly details_url: string;
  readonly started_at: string;
  readonly completed_at: string;
  readonly app?: { readonly slug: string } | null | undefined;
  readonly check_suite?: { readonly id: number } | null | undefined;
  readonly output?: { readonly title: string } | null | undefined;
}

const checkRun: z.ZodType<WireCheckRun> = z.object({
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

export const checkRunsSchema: Schema<WirePage<WireCheckRun>> = z
  .object({ total_count: count, check_runs: z.array(checkRun) })
  .transform(({ check_runs: rows, total_count: total = 0 }) => ({ total, rows }));

export const checkSuitesSchema: Schema<WirePage<{ readonly id: number }>> = z
  .object({ total_count: count, check_suites: z.array(z.object({ id: z.number() })) })
  .transform(({ check_suites: rows, total_count: total = 0 }) => ({ total, rows }));

export interface WireRun {
  readonly id: number;
  readonly run_attempt: number | undefined;
  readonly path: string;
  readonly name: string;
  readonly event: string;
  readonly head_branch: string;
  readonly head_sha: string;
  readonly status: string;
  readonly conclusion: string;
  readonly html_url: string;
  readonly created_at: string;
  readonly updated_at: string;
}

const run: z.ZodType<WireRun> = z.object({
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
  updated_at: text,
});

export const runsSchema: Schema<WirePage<WireRun>> = z
  .object({ total_count: count, workflow_runs: z.array(run) })
  .transform(({ workflow_runs: rows, total_count: total = 0 }) => ({ total, rows }));

export const workflowSchema: Schema<{ path: string; name: string; state: string }> = z.object({
  path: text,
  name: text,
  state: z.string(),
});

export const variableSchema: Schema<{ value: string }> = z.object({ value: z.string() });

/** A file; a folder is a list and so does not fit, a file of more than 1 MB comes with the encoding `none`. */
export const contentsSchema: Schema<{ content: string }> = z.object({
  encoding: z.literal("base64"),
  content: z.string(),
});

export interface WireActivity {
  readonly before: string;
  readonly after: string;
  readonly ref: string;
  readonly actor?: { readonly login: string } | null | undefined;
}

export const activitiesSchema: Schema<readonly WireActivity[]> = z.array(
  z.object({ before: text, after: text, ref: text, actor: z.object({ login: text }).nullish() }),
);

export const installationSchema: Schema<{ id: number }> = z.object({ id: z.number() });
