/** Tag mutability of a repository, as `DescribeRepositories` answers. */
export interface MutabilitySetting {
  /** `MUTABLE`, `IMMUTABLE`, `MUTABLE_WITH_EXCLUSION`, `IMMUTABLE_WITH_EXCLUSION`, or a word that does not exist yet. */
  readonly mutability: string | undefined;
  /** Filters of type `WILDCARD`, where `*` matches any run of characters. */
  readonly exclusions: readonly string[];
}

export type Mutability = "mutable" | "immutable" | "unknown";

/**
 * Decides whether `tag` may be moved: the exclusions turn the repository's rule round.
 *
 * Source: docs.aws.amazon.com, "Preventing image tags from being overwritten" (exclusion filters, July 2025).
 */
export function decideMutability(setting: MutabilitySetting, tag: string): Mutability {
  const excluded = setting.exclusions.some((filter) => matchesWildcard(filter, tag));
  switch (setting.mutability) {
    case "MUTABLE":
      return "mutable";
    case "IMMUTABLE":
      return "immutable";
    case "MUTABLE_WITH_EXCLUSION":
      return excluded ? "immutable" : "mutable";
    case "IMMUTABLE_WITH_EXCLUSION":
      return excluded ? "mutable" : "immutable";
    default:
      return "unknown";
  }
}

function matchesWildcard(filter: string, tag: string): boolean {
  const parts = filter.split("*").map((part) => part.replace(/[^\w-]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(tag);
}
