// Characters that take two columns: CJK and most emoji. Source: unicode.org, UAX #11, East Asian Width W and F, in its large blocks.
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/gu;
// eslint-disable-next-line no-control-regex
const colours = /\u001b\[[\d;]*m/g;

/** Columns that a text takes on a terminal; colours take none. */
export function widthOf(text: string): number {
  const bare = text.replace(colours, "");
  // Most text has one column for each unit, and is done with that.
  // eslint-disable-next-line no-control-regex
  if (/^[\u0000-\u10ff\u2000-\u2e7f]*$/.test(bare)) return bare.length;
  return [...bare].length + (bare.match(wide)?.length ?? 0);
}

/** The text in at most `room` columns; what is left out is marked. */
export function cut(text: string, room: number): string {
  if (widthOf(text) <= room) return text;
  let kept = "";
  // Two columns less: without UTF-8 the mark is three dots.
  for (const character of text) {
    if (widthOf(kept + character) > Math.max(0, room - 3)) break;
    kept += character;
  }
  return room < 4 ? text.slice(0, Math.max(0, room)) : `${kept}…`;
}

/**
 * A text whose lines are broken between words, so that none is wider than the terminal; what follows is indented a little more.
 *
 * A word that is too wide (a digest, a URL) is left whole, so that it can be copied.
 */
export function fold(text: string, columns: number): string {
  return text
    .split("\n")
    .map((line) => (widthOf(line) <= columns ? line : foldLine(squeezed(line), columns)))
    .join("\n");
}

/** A row of a table whose columns are closer together: what does not fit loses its alignment first. The indent of a tree stays. */
function squeezed(line: string): string {
  return line.replaceAll(/(?<=[^\s│]) {3,}/g, "  ");
}

function foldLine(line: string, columns: number): string {
  // The lines of a tree continue, and where one ends there is nothing below it.
  const [indent = ""] = /^(?:[ │]|[├└]─*)*/.exec(line) ?? [];
  const below = indent.replaceAll("├", "│").replaceAll(/[└─]/g, " ");
  // Deeper than a third of the terminal there would be no room for words.
  const hanging = `${below}  `.slice(0, Math.floor(columns / 3));
  const lines: string[] = [];
  let current = "";
  for (const word of line.slice(indent.length).split(/(?<=\S)(?= )/)) {
    const start = lines.length === 0 ? indent : hanging;
    const next = current === "" ? start + (lines.length === 0 ? word : word.trimStart()) : current + word;
    if (current.trim() !== "" && widthOf(next) > columns) {
      lines.push(current.trimEnd());
      current = hanging + word.trimStart();
    } else current = next;
  }
  return [...lines, current].join("\n");
}
