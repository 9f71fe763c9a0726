import { plainText } from "@lateen/kernel";
import { z } from "zod";
import type { Retention, TagsByUse } from "../model/registry.ts";

const ruleSchema = z.object({
  rulePriority: z.number(),
  selection: z.object({
    tagStatus: z.string(),
    tagPrefixList: z.array(z.string()).nullish(),
    tagPatternList: z.array(z.string()).nullish(),
    storageClass: z.string().nullish(),
    countType: z.string(),
    countNumber: z.number(),
    countUnit: z.string().nullish(),
  }),
  action: z.object({ type: z.string() }),
});

/** The text of a lifecycle policy; what is not needed here is not looked at. */
export const lifecyclePolicySchema: z.ZodType<LifecyclePolicy> = z.object({ rules: z.array(ruleSchema) });

/** The rules of a repository's lifecycle policy. */
export interface LifecyclePolicy {
  readonly rules: readonly z.infer<typeof ruleSchema>[];
}

type Rule = LifecyclePolicy["rules"][number];

/** Releases that are kept if a rule counts releases: the present one and four to go back to, as many as `status` shows. */
const keptReleases = 5;

/**
 * Decides which rule will delete or archive an image that has exactly these tags, sooner or later; undefined if none does.
 *
 * Rules count from the push of the image, not from when a tag was moved to it, so that an image which was promoted long after its
 * build is as old as its build (aws/containers-roadmap#2746). Source: docs.aws.amazon.com, "Lifecycle policy properties in Amazon
 * ECR": the rule of the lowest `rulePriority` that selects an image by its tags is the only one that can act on it; of several
 * prefixes or patterns in one rule, the image has to match each.
 */
export function decideLifecycle({ rules }: LifecyclePolicy, image: TagsByUse): Retention | undefined {
  const tags = [...image.moved, ...image.pins, ...image.builds];
  const [first] = rules
    .filter(({ selection }) => selection.storageClass !== "archive" && selects(selection, tags))
    .toSorted((a, b) => a.rulePriority - b.rulePriority);
  if (first === undefined || keepsReleases(first.selection, image)) return undefined;
  const action = first.action.type === "expire" ? "deletes" : "archives";
  return { action, rule: `rule ${first.rulePriority} ${action} images ${limitOf(first)}` };
}

function selects({ tagStatus, tagPrefixList, tagPatternList }: Rule["selection"], tags: readonly string[]): boolean {
  if (tagStatus === "any") return true;
  if (tagStatus === "untagged") return tags.length === 0;
  const patterns = patternsOf({ tagPatternList, tagPrefixList });
  return tags.length > 0 && patterns.every((pattern) => tags.some((tag) => matches(pattern, tag)));
}

/** True of a rule that keeps the newest of a few images which only promotions tag: its count is then one of releases, not of builds. */
function keepsReleases(selection: Rule["selection"], { moved, builds }: TagsByUse): boolean {
  if (selection.countType !== "imageCountMoreThan" || selection.tagStatus !== "tagged") return false;
  const patterns = patternsOf(selection);
  // One image at a time has the tag.
  if (patterns.some((pattern) => moved.some((tag) => pattern === tag || pattern === `${tag}*`))) return true;
  const selectsBuilds = patterns.every((pattern) => builds.some((tag) => matches(pattern, tag)));
  return !selectsBuilds && selection.countNumber >= keptReleases;
}

function patternsOf({
  tagPatternList,
  tagPrefixList,
}: Pick<Rule["selection"], "tagPatternList" | "tagPrefixList">): readonly string[] {
  return [...(tagPatternList ?? []), ...(tagPrefixList ?? []).map((prefix) => `${prefix}*`)];
}

/** `*` matches any run of characters, also none. */
function matches(pattern: string, tag: string): boolean {
  const [start = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return tag === start;
  if (!tag.startsWith(start)) return false;
  const end = rest.pop() ?? "";
  let at = start.length;
  for (const part of rest) {
    const found = tag.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return tag.length - end.length >= at && tag.endsWith(end);
}

function limitOf({ selection: { countType, countNumber, countUnit } }: Rule): string {
  if (countType === "imageCountMoreThan") return `beyond the newest ${countNumber}`;
  const unit = plainText(countUnit ?? "days", 20);
  if (countType === "sinceImagePushed") return `${countNumber} ${unit} after they were pushed`;
  if (countType === "sinceImagePulled") return `${countNumber} ${unit} after they were last pulled`;
  return `by ${plainText(countType, 60)} ${countNumber}`;
}
