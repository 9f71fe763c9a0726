/**
 * True if a configured entry names a check: literally, or, if it contains `*`, as a pattern in which `*` matches any text, `/`
 * included; case matters, space around does not, since Gitea drops it.
 *
 * Brackets and question marks stand for themselves: names of matrix jobs are full of them.
 */
export function matchesName(entry: string, name: string): boolean {
  if (entry.trim() === name.trim()) return true;
  if (!entry.includes("*")) return false;
  const parts = entry.split("*");
  const [first = ""] = parts;
  const last = parts.at(-1) ?? "";
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
  // Leftmost fits are enough for `*`, and unlike a regular expression they are linear on hostile names.
  let from = first.length;
  const end = name.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const at = name.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}

/** The bare job name behind a pattern for a matrix, `build` for `build (*)`: forges report a matrix that was skipped under it. */
export function matrixName(entry: string): string | undefined {
  return /^(.+?) \(\*\)$/.exec(entry)?.[1];
}
