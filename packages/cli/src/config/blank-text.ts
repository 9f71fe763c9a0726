/**
 * A program's text with its comments blank and what stands between quotes replaced by `_`: every offset stays, and a bracket is a
 * bracket.
 */
export function blankText(text: string): string {
  return text.replace(commentOrString, (found) =>
    found.startsWith("/") ? found.replace(/[^\n]/g, " ") : `${found[0]}${"_".repeat(found.length - 2)}${found[0]}`,
  );
}

const commentOrString = /\/\/[^\n]*|\/\*[^]*?\*\/|"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*'|`(?:\\[^]|[^`\\])*`/g;
