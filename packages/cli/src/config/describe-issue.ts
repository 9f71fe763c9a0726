import { plainText } from "@lateen/kernel";
import { didYouMean } from "./suggest.ts";
import { fewOf } from "./few-problems.ts";
import { isRecord, valueAt } from "./layers.ts";
import { knownKeys } from "./json-schema.ts";

/** The part of a zod issue that is read here. */
export interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  /** Of a union: the issues of each branch. */
  readonly errors?: readonly (readonly Issue[])[];
}

/** An issue in the words of a person, at the key where it belongs. */
export interface Described {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** True if the key itself is at fault, not its value. */
  readonly atKey?: boolean;
  /** True if this is the number of those that were left out. */
  readonly isCount?: boolean;
}

/** Zod's issues in our words; of what is beyond the first hundred only the number is reported. */
export function describeIssues(issues: readonly Issue[], config: unknown): readonly Described[] {
  const { few, more } = fewOf(issues);
  const described = few.flatMap((issue) => describeIssue(issue, config));
  return more > 0
    ? [...described, { path: [], message: `${more} more values are not what they must be`, isCount: true }]
    : described;
}

/** Zod's issue in our words; unknown keys become one problem each, with a suggestion. */
function describeIssue(issue: Issue, config: unknown): readonly Described[] {
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(issue.path);
    const keys = issue.keys ?? [];
    const { few, more } = fewOf(keys);
    const unknown = few.map((key) => ({
      path: [...issue.path, key],
      message: `there is no such key${didYouMean(key, known)}`,
      atKey: true,
    }));
    return more > 0
      ? [...unknown, { path: issue.path, message: `${more} more keys do not exist`, isCount: true }]
      : unknown;
  }
  const branch = issue.code === "invalid_union" ? bestBranch(issue, valueAt(config, issue.path)) : undefined;
  if (branch !== undefined)
    return branch.flatMap((inner) => describeIssue({ ...inner, path: [...issue.path, ...inner.path] }, config));
  if (valueAt(config, issue.path) === undefined && issue.code !== "custom")
    return [{ path: issue.path, message: "is missing" }];
  return [{ path: issue.path, message: plainText(issue.message, 300) }];
}

/** If a mapping was written, the complaints of the branch that is a mapping say more than "none of these". */
function bestBranch(issue: Issue, value: unknown): readonly Issue[] | undefined {
  if (!isRecord(value)) return undefined;
  return issue.errors?.find((branch) =>
    branch.some((inner) => inner.path.length > 0 || inner.code === "unrecognized_keys"),
  );
}
