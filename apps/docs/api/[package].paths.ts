import { join } from "node:path";
import { pathToFileURL } from "node:url";

interface Page {
  readonly params: { readonly package: string };
  readonly content: string;
}

export default {
  async paths(): Promise<Page[]> {
    const file = pathToFileURL(join(process.cwd(), "reference/api.ts")).href;
    const { apiPage, documented } = (await import(/* @vite-ignore */ file)) as typeof import("../reference/api.ts");
    return documented.map((name) => ({ params: { package: name }, content: apiPage(name) }));
  },
};
