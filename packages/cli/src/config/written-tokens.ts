import type { CrossProblem } from "./cross-checks.ts";
import { secretAdvice } from "./fields.ts";
import { isRecord } from "./layers.ts";
import { holdsToken } from "./token-text.ts";

/** Tokens anywhere in a configuration, as a name, a part of an address or a word of a command: each is refused, and not repeated. */
export function writtenTokens(config: unknown): readonly CrossProblem[] {
  const problems: CrossProblem[] = [];
  const pending: { readonly value: unknown; readonly path: readonly PropertyKey[] }[] = [{ value: config, path: [] }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, path } = next;
    if (typeof value === "string" && holdsToken(value))
      problems.push({ path, message: `holds a token: ${secretAdvice}` });
    if (!isRecord(value) && !Array.isArray(value)) continue;
    for (const [key, inner] of Object.entries(value)) {
      const at = [...path, Array.isArray(value) ? Number(key) : key];
      if (holdsToken(key)) problems.push({ path: at, message: `is a token instead of a key: ${secretAdvice}` });
      pending.push({ value: inner, path: at });
    }
  }
  return problems;
}
