import type { YAMLError } from "yaml";
import type { Problem } from "./problem.ts";

/** Explains a syntax error of a file without the words of its parser; `line` is the line that it is in. */
export function explainSyntax({ code, message }: Pick<YAMLError, "code" | "message">, line: string): string {
  if (code === "MULTIPLE_DOCS")
    return "a second document begins here: a configuration is one document, so remove the line ---";
  if (code === "TAG_RESOLVE_FAILED")
    return `${/![^\s,\]}]*/.exec(line)?.[0] ?? "this"} is a tag that a configuration does not have: write the value itself; a secret is { env: NAME } or { file: PATH }`;
  if (/(?:^|[:\-,[]\s*)\{[\w.-]+\}[^\s,}\]]/.test(line))
    return 'a value that begins with { is written in quotes, such as "{slug}.example.com"';
  return message.startsWith("Maximum call stack") ? "it is nested too deeply to be read" : message;
}

/** Characters that look like a blank or like nothing, and are neither for a parser. */
const invisible = /[\u00a0\u00ad\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]/u;

/** The problem, and the character that cannot be seen in its line, if there is one: it may be why. */
export function nameInvisible(problem: Problem, line: string): Problem {
  const index = line.search(invisible);
  if (index < 0) return problem;
  const code = (line.codePointAt(index) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return {
    ...problem,
    message: `${problem.message}; column ${index + 1} of the line is U+${code}, which cannot be seen: write plain blanks, or nothing`,
  };
}
