/** Longest pattern; no name that it could match is longer than 63 characters. */
const mostCharacters = 256;

/**
 * True if `slug` matches `glob`: `*` is any run of characters, `?` is one, everything else is itself.
 *
 * Takes time of `slug` × `glob` at most, whatever the pattern: a pattern with many stars would take a backtracking matcher hours.
 * A pattern of more than 256 characters matches nothing.
 */
export function matchesGlob(slug: string, glob: string): boolean {
  if (glob.length > mostCharacters) return false;
  // reached[i]: the pattern so far matches the first i characters.
  let reached = Array.from({ length: slug.length + 1 }, (_, length) => length === 0);
  for (const sign of glob) {
    let any = false;
    reached = reached.map((here, length) => {
      if (sign === "*") return (any ||= here);
      const isOne = length > 0 && reached[length - 1] === true;
      return isOne && (sign === "?" || sign === slug[length - 1]);
    });
  }
  return reached[slug.length] === true;
}
