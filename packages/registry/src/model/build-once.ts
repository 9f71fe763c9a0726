/**
 * A schema, or anything else that takes time to make, which is made when it is first asked for.
 *
 * Not `z.lazy`: that makes a type of zod as soon as its module is loaded, and the first of those takes 2 ms (measured December 2026).
 */
export function buildOnce<T>(build: () => T): () => T {
  let built: T | undefined;
  return () => (built ??= build());
}
