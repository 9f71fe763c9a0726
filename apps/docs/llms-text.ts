import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The first line of prose. */
const firstLine = /^(?!#|---|```|\||<|import|outline|layout|title|\s*$)(.+)$/m;

/**
 * Writes `llms.txt`: an index of every written page with its first sentence, for programs that read documentation.
 * Format: llmstxt.org.
 */
export function llmsText(root: string, outDir: string): void {
  const pages = globSync("**/*.md", { cwd: root, exclude: ["node_modules/**", ".vitepress/**", "**/[[]*"] })
    .toSorted()
    .map((path) => {
      const text = readFileSync(join(root, path), "utf8").replace(/^---[\s\S]*?---\n/, "");
      const title = /^# (.+)$/m.exec(text)?.[1] ?? path;
      const about = firstLine.exec(text)?.[1]?.replaceAll(/<[^>]+>/g, "") ?? "";
      return { address: `/${path.replace(/(?:index)?\.md$/, "")}`, title, about };
    });
  const lines = [
    "# lateen",
    "",
    "> Takes a commit that CI has built to production, and proves that it got there.",
    "",
    "## Pages",
    "",
    ...pages.map(({ address, title, about }) => `- [${title}](${address}): ${about}`),
    "",
  ];
  writeFileSync(join(outDir, "llms.txt"), lines.join("\n"));
}
