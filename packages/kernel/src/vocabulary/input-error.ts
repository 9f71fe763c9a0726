import { ReleaseError } from "./release-error.ts";

/** The error of every parser: `text` is not a `noun`; `fix` says what one looks like. */
export function inputError(code: string, noun: string, text: string, fix: string): ReleaseError {
  return new ReleaseError({
    code,
    category: "input",
    message: `${visible(text, 80)} is not ${noun}`,
    fix,
  });
}

/** Characters that a terminal does not show, or shows as something else, and blanks at the ends. */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}|^ +| +$/gu;

/** `text` in quotes with every character shown: invisible ones as `\u{200b}`, the end as `…` only if it is longer than `most`. */
export function visible(text: string, most: number): string {
  const shown = text
    .slice(0, most)
    .replaceAll(hidden, (run) =>
      Array.from(run, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`).join(""),
    );
  return `"${shown.replaceAll('"', String.raw`\"`)}${text.length > most ? "…" : ""}"`;
}
