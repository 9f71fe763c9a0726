import { readdirSync } from "node:fs";
import { join } from "node:path";

import { defineConfig } from "vitepress";

import { decisionTables } from "../tables/decision-tables.ts";

const root = join(import.meta.dirname, "..");
const packages = [...new Set((await decisionTables()).map((table) => table.package))];

const decisions = readdirSync(join(root, "decisions"))
  .filter((file) => /^\d{4}-.*\.md$/.test(file))
  .toSorted()
  .map((file) => {
    const name = file.replace(/\.md$/, "");
    return { text: name.replaceAll("-", " "), link: `/decisions/${name}` };
  });

export default defineConfig({
  title: "lateen",
  description: "Takes a commit that CI has built to production, and proves that it got there.",
  lastUpdated: false,
  // An address in a decision table is data, not a link.
  markdown: { linkify: false },
  transformPageData: ({ params }) => (params === undefined ? {} : { title: `The decisions of ${params["package"]}` }),
  themeConfig: {
    search: { provider: "local" },
    sidebar: [
      {
        text: "lateen",
        items: [
          { text: "The idea", link: "/" },
          { text: "Quick start", link: "/quick-start" },
          { text: "A rollout in a terminal", link: "/terminal" },
          { text: "Configuration", link: "/configuration" },
          { text: "Checks", link: "/checks" },
          { text: "In a job", link: "/jobs" },
          { text: "At night", link: "/operations" },
          { text: "Exit codes", link: "/exit-codes" },
          { text: "From other programs", link: "/packages" },
          { text: "For a control plane", link: "/control-plane" },
          { text: "A fleet on Kubernetes", link: "/kubernetes" },
          { text: "A fleet behind a command", link: "/hosts" },
          { text: "As a service", link: "/service" },
          { text: "Glossary", link: "/glossary" },
        ],
      },
      { text: "Decision tables", items: packages.map((name) => ({ text: name, link: `/tables/${name}` })) },
      { text: "Decisions", items: [{ text: "How they are written", link: "/decisions/" }, ...decisions] },
    ],
  },
});
