import { ReleaseError } from "./release-error.ts";

/** The error of every parser: `text` is not a `noun`; `fix` says what one looks like. */
export function inputError(code: string, noun: string, text: string, fix: string): ReleaseError {
  return new ReleaseError({
    code,
    category: "input",
    message: `${visible(text)} is not ${noun}`,
    fix,
  });
}

/** Characters that a terminal does not show, or shows as something else, and blanks at the ends. */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}|^ +| +$/gu;

/** Longest text that an error repeats, in UTF-16 units. */
const longest = 80;

/** `text` in quotes with every character shown: invisible ones as `\u{200b}`, the end as `…` if it is too long. */
export function visible(text: string): string {
  const shown = text
    .slice(0, longest)
    .replaceAll(hidden, (run) =>
      Array.from(run, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`).join(""),
    );
  return `"${shown.replaceAll('"', String.raw`\"`)}${text.length > longest ? "…" : ""}"`;
}
