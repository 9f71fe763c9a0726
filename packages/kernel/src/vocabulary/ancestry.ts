/**
 * Relation of `head` to `base` in the commit graph: the same commit, a descendant, an ancestor, or neither.
 *
 * The words are those of GitHub's compare API; `compare(base, head)` answers `ahead` when head descends from base.
 */
export type Ancestry = "identical" | "ahead" | "behind" | "diverged";
