/** Whether `slug` matches `glob`, where `*` stands for any run of characters and `?` for one; everything else is itself. */
export function matchesGlob(slug: string, glob: string): boolean {
  // Slugs are at most 63 characters, so backtracking is bounded; `.*` runs are merged all the same.
  const source = glob.replace(/\*+/g, "*").replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${source.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(slug);
}
