import type { Environment } from "../../config/layers.ts";

/**
 * True if the terminal of this environment shows UTF-8.
 *
 * As POSIX says, the first that is set of LC_ALL, LC_CTYPE and LANG decides, and if none is set it is ASCII; Windows knows none of
 * them, and its terminals show UTF-8. Source: pubs.opengroup.org, Base Definitions, 8.2.
 */
export function showsUtf8(env: Environment): boolean {
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find((value) => (value ?? "") !== "");
  return locale === undefined ? (env["SystemRoot"] ?? "") !== "" : /utf-?8/i.test(locale);
}

const spellings: Readonly<Record<string, string>> = {
  "●": "#",
  "○": "o",
  "✗": "x",
  "·": ".",
  "─": "-",
  "—": "-",
  "–": "-",
  "→": "->",
  "…": "...",
  "’": "'",
  "“": '"',
  "”": '"',
};

/** The text in ASCII: our own marks are spelt, whatever else there is becomes a question mark. */
export function inAscii(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[^\u0000-\u007f]/gu, (character) => spellings[character] ?? "?");
}
