import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { apiPage, documented } from "./api.ts";
import { referencePages } from "./pages.ts";

/**
 * Writes the pages that are made from the code, before the site looks for its pages. They are files and no dynamic routes, which the local
 * search of vitepress does not index.
 */
export async function writePages(root: string): Promise<void> {
  mkdirSync(join(root, "api"), { recursive: true });
  for (const { page, title, content } of referencePages) {
    const head = ["---", "outline: [2, 2]", "editLink: false", "---", "", `# ${title}`, ""];
    writeFileSync(join(root, "reference", `${page}.md`), [...head, await content()].join("\n"));
  }
  for (const name of documented) {
    const head = ["---", "outline: [2, 3]", "editLink: false", "---", ""];
    writeFileSync(join(root, "api", `${name}.md`), [...head, apiPage(name)].join("\n"));
  }
}
