import { ReleaseError } from "./release-error.ts";
import { visible } from "./visible.ts";

/** The error of every parser: `text` is not a `noun`; `fix` says what one looks like. */
export function inputError(code: string, noun: string, text: string, fix: string): ReleaseError {
  return new ReleaseError({
    code,
    category: "input",
    message: `${visible(text, 80)} is not ${noun}`,
    fix,
  });
}
