import { join } from "node:path";
import { pathToFileURL } from "node:url";

interface Page {
  readonly params: { readonly page: string; readonly title: string };
  readonly content: string;
}

export default {
  async paths(): Promise<Page[]> {
    // Not bundled by the loader: the pages read the source, and load the commands as the program does.
    const file = pathToFileURL(join(process.cwd(), "reference/pages.ts")).href;
    const { referencePages } = (await import(/* @vite-ignore */ file)) as typeof import("./pages.ts");
    return Promise.all(
      referencePages.map(async ({ page, title, content }) => ({ params: { page, title }, content: await content() })),
    );
  },
};
