interface Row {
  readonly title: string;
  readonly rules: readonly object[];
  /** `latest` is moved, `release-…` is a pin, anything else has every build. */
  readonly tags: readonly string[];
  /** The rule that acts, or `kept`. */
  readonly answer: string;
}

const rule = (rulePriority: number, selection: object, type = "expire"): object => ({
  rulePriority,
  description: "",
  selection: { countType: "imageCountMoreThan", countNumber: 30, ...selection },
  action: { type },
});
const tagged = (...tagPrefixList: string[]): object => ({ tagStatus: "tagged", tagPrefixList });
const like = (...tagPatternList: string[]): object => ({ tagStatus: "tagged", tagPatternList });
const any = { tagStatus: "any" };
const days = { countType: "sinceImagePushed", countUnit: "days", countNumber: 90 };

/** Rule of an ECR lifecycle policy that acts on an image with these tags. */
export const lifecycleTable: readonly Row[] = [
  { title: "no rules", rules: [], tags: ["latest"], answer: "kept" },
  { title: "untagged only", rules: [rule(1, { tagStatus: "untagged" })], tags: ["latest"], answer: "kept" },
  {
    title: "untagged, of an image without a tag",
    rules: [rule(1, { tagStatus: "untagged", ...days })],
    tags: [],
    answer: "rule 1 deletes images 90 days after they were pushed",
  },
  { title: "any", rules: [rule(9, any)], tags: ["latest"], answer: "rule 9 deletes images beyond the newest 30" },
  {
    title: "a prefix of one of several tags",
    rules: [rule(2, tagged("staging-"))],
    tags: ["latest", "staging-abcdef1"],
    answer: "rule 2 deletes images beyond the newest 30",
  },
  {
    title: "two prefixes, of which the image has one",
    rules: [rule(2, tagged("staging-", "v"))],
    tags: ["latest", "staging-abcdef1"],
    answer: "kept",
  },
  {
    title: "an earlier rule that selects the image protects it from a later one, whatever the order of writing",
    rules: [rule(2, any), rule(1, { ...tagged("release-"), countNumber: 5 })],
    tags: ["release-0123456789ab", "staging-abcdef1"],
    answer: "kept",
  },
  {
    title: "fewer releases than one may want to go back to",
    rules: [rule(1, { ...tagged("release-"), countNumber: 4 })],
    tags: ["release-0123456789ab", "staging-abcdef1"],
    answer: "rule 1 deletes images beyond the newest 4",
  },
  {
    title: "releases by age",
    rules: [rule(1, { ...tagged("release-"), ...days })],
    tags: ["release-0123456789ab"],
    answer: "rule 1 deletes images 90 days after they were pushed",
  },
  {
    title: "a pattern that builds have as well counts builds",
    rules: [rule(1, like("*-*"))],
    tags: ["release-0123456789ab", "staging-abcdef1"],
    answer: "rule 1 deletes images beyond the newest 30",
  },
  {
    title: "the usual protection of latest",
    rules: [rule(1, { ...tagged("latest"), countNumber: 1 }), rule(2, any)],
    tags: ["latest", "staging-abcdef1"],
    answer: "kept",
  },
  { title: "a pattern without a star", rules: [rule(1, like("late"))], tags: ["latest"], answer: "kept" },
  {
    title: "a pattern with stars",
    rules: [rule(1, { ...like("*a*st"), ...days })],
    tags: ["latest"],
    answer: "rule 1 deletes images 90 days after they were pushed",
  },
  { title: "parts of a pattern do not overlap", rules: [rule(1, like("late*est"))], tags: ["latest"], answer: "kept" },
  {
    title: "the archive",
    rules: [rule(1, { ...any, countType: "sinceImagePulled", countNumber: 30, countUnit: "days" }, "transition")],
    tags: ["latest"],
    answer: "rule 1 archives images 30 days after they were last pulled",
  },
  {
    title: "a rule about images that are archived already",
    rules: [rule(1, { ...any, storageClass: "archive", countType: "sinceImageTransitioned" })],
    tags: ["latest"],
    answer: "kept",
  },
];
