import type { MarkdownRenderer } from "vitepress";

/** Gives each cell of a table the name of its column as `data-label`: a phone shows rows as cards. */
export function labelCells(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push("label-cells", (state) => {
    let names: string[] = [];
    let column = 0;
    state.tokens.forEach((token, at) => {
      if (token.type === "thead_open") names = [];
      if (token.type === "tr_open") column = 0;
      if (token.type === "th_open") names.push((state.tokens[at + 1]?.content ?? "").replaceAll(/[`*_]|<[^>]*>/g, ""));
      if (token.type === "td_open") token.attrSet("data-label", names[column++] ?? "");
    });
  });
}
