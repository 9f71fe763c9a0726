import { createMarkdownRenderer } from "vitepress";

import { labelCells } from "./label-cells.ts";

/** Rows of Markdown as the HTML of a table; the columns have the names and the order that are given. */
export async function renderRows<Row extends object>(
  rows: readonly Row[],
  columns: Readonly<Partial<Record<keyof Row & string, string>>>,
): Promise<string> {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const keys = Object.keys(columns) as (keyof Row & string)[];
  const text = [
    line(keys.map((key) => columns[key] ?? key)),
    line(keys.map(() => "---")),
    ...rows.map((row) => line(keys.map((key) => String(row[key]).replaceAll("|", String.raw`\|`)))),
  ];
  return (await createMarkdownRenderer(process.cwd(), { config: labelCells })).render(text.join("\n"));
}
