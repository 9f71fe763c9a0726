import { z } from "zod";

/** Text that the forge may leave out or send as null. */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
const number = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);
/** A list that Gitea sends as null where it is empty. */
const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);

export const versionSchema = z.object({ version: z.string() });

const file = z.object({ filename: z.string(), previous_filename: z.string().nullish() });

/** `id` is what servers send today, `sha` what some sent; either may be abbreviated. */
export const branchSchema = z.object({ commit: z.object({ id: z.string().nullish(), sha: z.string().nullish() }) });

const statusSchema = z.object({
  id: number,
  context: z.string(),
  status: text,
  state: text,
  target_url: text,
  description: text,
  created_at: text,
  updated_at: text,
});
export type WireStatus = z.infer<typeof statusSchema>;

export const statusesSchema = listOf(statusSchema);
export const combinedSchema = z.object({ statuses: listOf(statusSchema) });

const runSchema = z.object({
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
});
export type WireRun = z.infer<typeof runSchema>;

const runList = listOf(runSchema);
export const runsSchema = z.union([
  z.object({ workflow_runs: runList }).transform(({ workflow_runs }) => workflow_runs),
  runList,
]);

const commitSchema = z.object({
  sha: z.string(),
  commit: z.object({ message: z.string().nullish() }).nullish(),
  parents: z.array(z.object({ sha: z.string() })).nullish(),
  files: z.array(file).nullish(),
});
export type WireCommit = z.infer<typeof commitSchema>;

export const singleCommitSchema = commitSchema;
export const commitsSchema = listOf(commitSchema);

export const compareSchema = z.object({
  commits: listOf(commitSchema),
  files: z.array(file).nullish(),
  total_commits: z.number().nullish(),
});
export type WireCompare = z.infer<typeof compareSchema>;

/** Documented as `data`; some servers and proxies call it `value`. */
export const variableSchema = z
  .object({ data: z.string().nullish(), value: z.string().nullish() })
  .refine(({ data, value }) => typeof (data ?? value) === "string", { message: "neither data nor value" })
  .transform(({ data, value }) => data ?? value ?? "");

export const contentsSchema = z.object({ content: z.string(), encoding: z.string().nullish() });

export const workflowSchema = z.object({ path: text, name: text, state: text });

export const activitiesSchema = listOf(
  z.object({
    op_type: text,
    ref_name: text,
    content: text,
    act_user: z.object({ login: text }).nullish(),
  }),
);

/** What stands, as JSON in a string, in the `content` of a push among the activities. */
export const pushContentSchema = z.object({
  CompareURL: text,
  HeadCommit: z.object({ Sha1: text }).nullish(),
  Commits: listOf(z.object({ Sha1: text })),
});
