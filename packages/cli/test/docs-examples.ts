import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./source-files.ts";

/** The first YAML block under each heading of a page of the documentation. */
export function examplesOf(page: string): readonly { readonly heading: string; readonly yaml: string }[] {
  const text = readFileSync(join(root, "apps/docs", `${page}.md`), "utf8");
  const blocks = text.matchAll(/^## (.*)\n[^#]*?^```yaml\n([\s\S]*?)^```/gm);
  return [...blocks].map(([, heading = "", yaml = ""]) => ({ heading, yaml }));
}
