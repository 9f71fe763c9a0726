import type { CrossProblem } from "./cross-checks.ts";
import { isRecord } from "./layers.ts";

/** Entries of a list at `path` whose name an earlier one has. */
export function namedTwice(list: unknown, path: readonly PropertyKey[], what: string): CrossProblem[] {
  if (!Array.isArray(list)) return [];
  const known = new Set<unknown>();
  return list.flatMap((entry: unknown, index) => {
    const name = isRecord(entry) ? entry["name"] : undefined;
    const message = `${JSON.stringify(name)} is the name of another ${what} already`;
    if (name !== undefined && known.has(name)) return [{ path: [...path, index, "name"], message }];
    known.add(name);
    return [];
  });
}
