/** Maximum problems of one kind that are reported: a file with more of them is not a configuration. */
export const mostProblems = 100;

/** The first of a list that may be as long as its file, and how many are left out. */
export function fewOf<T>(all: readonly T[]): { readonly few: readonly T[]; readonly more: number } {
  return { few: all.slice(0, mostProblems), more: Math.max(0, all.length - mostProblems) };
}
