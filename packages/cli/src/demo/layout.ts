import { stripVTControlCharacters } from "node:util";

/** Columns that the demo keeps within: a plain terminal, a log of a job. */
const width = 80;

/** The same text with the lines that are too long broken, and indented where they continue; rows of tables are left alone. */
export function wrapped(text: string): string {
  return text
    .split("\n")
    .map((line) => (lengthOf(line) <= width || /\S {2,}\S/.test(line) ? line : paragraph("", line, "    ")))
    .join("\n");
}

/** Paragraph within the columns; every line but the first begins with as many blanks as `label` is long, or with `indent`. */
export function paragraph(label: string, text: string, indent: string = " ".repeat(label.length)): string {
  const lines: string[] = [];
  let line = label;
  for (const word of text.split(/\s+/)) {
    if (lengthOf(line) + lengthOf(word) > width && line.trim() !== label.trim()) {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()].join("\n");
}

/** Columns that a line takes, colours not counted. */
function lengthOf(line: string): number {
  return stripVTControlCharacters(line).length;
}
