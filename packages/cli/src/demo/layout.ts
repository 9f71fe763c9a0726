/** Columns that the demo keeps within: a plain terminal, a log of a job. */
const width = 78;

/** Paragraph within the columns; every line but the first begins with as many blanks as `label` is long. */
export function paragraph(label: string, text: string): string {
  const lines: string[] = [];
  let line = label;
  for (const word of text.split(/\s+/)) {
    if (line.length + word.length >= width && line.trim() !== label.trim()) {
      lines.push(line.trimEnd());
      line = " ".repeat(label.length);
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()].join("\n");
}
