import type { Mutability } from "../../src/ecr/decide-mutability.ts";

/** Mutability of a tag on ECR, by the repository's setting. */
export const mutabilityTable: readonly {
  readonly setting: string | undefined;
  readonly exclusions: readonly string[];
  readonly tag: string;
  readonly answer: Mutability;
}[] = [
  { setting: "MUTABLE", exclusions: [], tag: "latest", answer: "mutable" },
  { setting: "IMMUTABLE", exclusions: [], tag: "latest", answer: "immutable" },
  { setting: "IMMUTABLE_WITH_EXCLUSION", exclusions: ["latest"], tag: "latest", answer: "mutable" },
  { setting: "IMMUTABLE_WITH_EXCLUSION", exclusions: ["latest"], tag: "latest-1", answer: "immutable" },
  { setting: "IMMUTABLE_WITH_EXCLUSION", exclusions: ["*latest"], tag: "prod-latest", answer: "mutable" },
  { setting: "IMMUTABLE_WITH_EXCLUSION", exclusions: ["v1.*"], tag: "v1x", answer: "immutable" },
  { setting: "MUTABLE_WITH_EXCLUSION", exclusions: ["staging-*", "v*"], tag: "staging-abcdef1", answer: "immutable" },
  { setting: "MUTABLE_WITH_EXCLUSION", exclusions: ["staging-*"], tag: "latest", answer: "mutable" },
  { setting: "FROZEN_SOMEDAY", exclusions: [], tag: "latest", answer: "unknown" },
  { setting: undefined, exclusions: [], tag: "latest", answer: "unknown" },
];
