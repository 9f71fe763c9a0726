import type { Schema } from "@lateen/kernel";
import { z } from "zod";

/** Only the fields that are used, and as lenient as servers differ: what is left out or null is `""`, 0 or an empty list. */
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

/** An object with one of these keys: other JSON, where every field may be left out, would read as an empty list. */
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

export interface WireStatus {
  readonly id: number;
  readonly context: string;
  readonly status: string;
  readonly state: string;
  readonly target_url: string;
  readonly description: string;
  readonly created_at: string;
  readonly updated_at: string;
}

const status: z.ZodType<WireStatus> = z.object({
  id: number,
  context: z.string(),
  status: text,
  state: text,
  target_url: text,
  description: text,
  created_at: text,
  updated_at: text,
});

export const statusesSchema: Schema<WireStatus[]> = listOf(status);
export const combinedSchema: Schema<{ statuses: WireStatus[] }> = having(
  ["statuses"],
  z.object({ statuses: listOf(status) }),
);

export interface WireRun {
  readonly id: number;
  readonly path: string;
  readonly name: string;
  readonly event: string;
  readonly head_sha: string;
  readonly head_branch: string;
  readonly run_attempt: number;
  readonly status: string;
  readonly conclusion: string;
  readonly html_url: string;
  readonly created_at: string;
  readonly started_at: string;
  readonly updated_at: string;
  readonly completed_at: string;
}

const runs = listOf(
  z.object({
    id: z.number(),
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
  }),
);

export const runsSchema: Schema<WireRun[]> = z.union([
  having(["workflow_runs"], z.object({ workflow_runs: runs })).transform(({ workflow_runs: rows }) => rows),
  runs,
]);

export interface WireFile {
  readonly filename: string;
  readonly previous_filename: string | undefined;
}

export interface WireCommit {
  readonly sha: string;
  readonly message: string | undefined;
  readonly files: readonly WireFile[] | undefined;
  /** When it was committed, ISO 8601; `""` where the answer does not say. */
  readonly at: string;
}

const files = z
  .array(z.object({ filename: z.string(), previous_filename: maybe }))
  .nullish()
  .transform((value) => value ?? undefined);

const commit: z.ZodType<WireCommit> = z
  .object({
    sha: z.string(),
    commit: z.object({ message: maybe, committer: z.object({ date: text }).nullish() }).nullish(),
    files,
  })
  .transform(({ commit: inner, ...rest }) => ({ ...rest, message: inner?.message, at: inner?.committer?.date ?? "" }));

export const commitSchema: Schema<WireCommit> = commit;
export const commitsSchema: Schema<WireCommit[]> = listOf(commit);

export interface WireCompare {
  readonly commits: readonly WireCommit[];
  /** Newer servers name the files at the top, too. */
  readonly files: readonly WireFile[] | undefined;
  readonly total_commits: number;
}

export const compareSchema: Schema<WireCompare> = having(
  ["commits", "total_commits"],
  z.object({ commits: listOf(commit), files, total_commits: number }),
);

/** Documented as `data`; some servers and proxies call it `value`. */
export const variableSchema: Schema<string> = z
  .object({ data: maybe, value: maybe })
  .transform(({ data, value }) => data ?? value)
  .refine((value) => value !== undefined, { message: "neither data nor value" })
  .transform((value) => value ?? "");

export interface WireContents {
  readonly content: string;
  readonly encoding: string;
}

export const contentsSchema: Schema<WireContents> = z.object({ content: z.string(), encoding: text });

/** Contents of a folder, of which only the existence is of interest. */
export const folderSchema: Schema<unknown> = z.array(z.unknown());

export interface WireWorkflow {
  readonly path: string;
  readonly name: string;
  readonly state: string;
}

export const workflowSchema: Schema<WireWorkflow> = z.object({ path: text, name: text, state: z.string() });

export interface WireActivity {
  readonly op_type: string;
  readonly ref_name: string;
  readonly content: string;
  readonly login: string;
}

export const activitiesSchema: Schema<WireActivity[]> = listOf(
  z
    .object({ op_type: text, ref_name: text, content: text, act_user: z.object({ login: text }).nullish() })
    .transform(({ act_user: user, ...activity }) => ({ ...activity, login: user?.login ?? "" })),
);

export interface WirePush {
  readonly CompareURL: string;
  readonly HeadCommit: { readonly Sha1: string } | undefined;
  readonly Commits: readonly { readonly Sha1: string }[];
}

/** What stands, as JSON in a string, in the `content` of a push among the activities. */
export const pushContentSchema: Schema<WirePush> = z.object({
  CompareURL: text,
  HeadCommit: z
    .object({ Sha1: text })
    .nullish()
    .transform((value) => value ?? undefined),
  Commits: listOf(z.object({ Sha1: text })),
});
