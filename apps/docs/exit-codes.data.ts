import { createMarkdownRenderer } from "vitepress";

import { decisionTables, toMarkdown } from "./tables/decision-tables.ts";

declare const data: string;
export { data };

export default {
  async load(): Promise<string> {
    const tables = (await decisionTables()).filter(({ file }) => file === "exit-codes.table.ts");
    const markdown = await createMarkdownRenderer(process.cwd());
    return markdown.render(tables.map((table) => toMarkdown(table)).join("\n"));
  },
};
