import { decisionTables, toMarkdown } from "./decision-tables.ts";

interface Page {
  readonly params: { readonly package: string };
  readonly content: string;
}

export default {
  async paths(): Promise<Page[]> {
    const tables = Map.groupBy(await decisionTables(), (table) => table.package);
    return [...tables].map(([name, own]) => ({
      params: { package: name },
      content: own.map((table) => toMarkdown(table)).join("\n"),
    }));
  },
};
