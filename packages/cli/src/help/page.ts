import { fold } from "../output/terminal/width.ts";

/** Columns of a page of help: those of most terminals. */
const pageWidth = 80;

/** A paragraph whose lines fit the page. */
export function paragraph(text: string): string {
  return lines(text, pageWidth).join("\n");
}

/** Two columns; a text that is longer than its column continues below its beginning. */
export function twoColumns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  const room = Math.max(pageWidth / 4, pageWidth - width - 4);
  return rows.flatMap(([left, right]) =>
    lines(right, room).map((line, at) => `  ${(at === 0 ? left : "").padEnd(width)}  ${line}`.trimEnd()),
  );
}

function lines(text: string, room: number): string[] {
  return fold(text, room)
    .split("\n")
    .map((line) => line.trim());
}
