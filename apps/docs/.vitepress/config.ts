import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { defineConfig } from "vitepress";

import { labelCells } from "../label-cells.ts";
import { llmsText } from "../llms-text.ts";
import { decisionTables } from "../tables/decision-tables.ts";

const root = join(import.meta.dirname, "..");
// Not bundled into this file by its loader: the pages read the source, and load the commands as the program does.
const generator = pathToFileURL(join(root, "reference/write-pages.ts")).href;
const { writePages } = (await import(/* @vite-ignore */ generator)) as typeof import("../reference/write-pages.ts");
await writePages(root);

const tables = [...new Set((await decisionTables()).map((table) => table.package))];
const packages = ["kernel", "git-log", "gate", "registry", "fleet", "promote", "cli", "service"];

const decisions = readdirSync(join(root, "decisions"))
  .filter((file) => /^\d{4}-.*\.md$/.test(file))
  .toSorted()
  .map((file) => {
    const name = file.replace(/\.md$/, "");
    return { text: name.replaceAll("-", " "), link: `/decisions/${name}` };
  });

const howTo = [
  { text: "In a job", link: "/jobs" },
  { text: "GitHub Actions and GHCR", link: "/how-to/github-ghcr" },
  { text: "Gitea and Amazon ECR", link: "/how-to/gitea-ecr" },
  { text: "Gitea and its own registry", link: "/how-to/gitea-registry" },
  { text: "A fleet on Kubernetes", link: "/kubernetes" },
  { text: "A fleet over SSH", link: "/hosts" },
  { text: "Several control planes and environments", link: "/how-to/environments" },
  { text: "Several targets", link: "/how-to/targets" },
  { text: "The gate alone", link: "/how-to/gate-only" },
  { text: "Retag alone", link: "/how-to/retag-only" },
  { text: "Checks", link: "/checks" },
  { text: "As a service", link: "/service" },
  { text: "Freeze and hold", link: "/how-to/freeze-and-hold" },
  { text: "At night", link: "/operations" },
  { text: "Rollback at night", link: "/how-to/rollback" },
  { text: "From a hand-written workflow", link: "/how-to/from-a-workflow" },
];

const reference = [
  { text: "Commands", link: "/reference/commands" },
  { text: "Configuration by example", link: "/configuration" },
  { text: "Configuration keys", link: "/reference/configuration" },
  { text: "Exit codes", link: "/exit-codes" },
  { text: "Result document", link: "/reference/result" },
  { text: "NDJSON events", link: "/reference/events" },
  { text: "Journal", link: "/reference/journal" },
  { text: "Ledger", link: "/reference/ledger" },
  { text: "Codes of errors and stops", link: "/reference/errors" },
  { text: "Rules", link: "/reference/rules" },
  { text: "Tokens", link: "/reference/tokens" },
  { text: "Glossary", link: "/glossary" },
];

const explanations = [
  { text: "The idea", link: "/idea" },
  { text: "Why unknown is a value", link: "/explanation/unknown" },
  { text: "Why the ledger decides", link: "/explanation/ledger" },
  { text: "What two matching answers prove", link: "/explanation/proof" },
  { text: "How the window grows", link: "/explanation/window" },
  { text: "What can still go wrong", link: "/explanation/what-can-go-wrong" },
  { text: "Security model", link: "/explanation/security" },
  { text: "Compared with other tools", link: "/explanation/comparison" },
];

export default defineConfig({
  title: "lateen",
  description: "Takes a commit that CI has built to production, and proves that it got there.",
  lang: "en",
  lastUpdated: false,
  // An address in a decision table is data, not a link.
  markdown: { linkify: false, config: labelCells },
  vite: {
    // The page that decides in the browser runs the packages as they are: their clock needs Node, and what sends is never called.
    resolve: {
      alias: {
        "node:timers/promises": join(root, ".vitepress/theme/timers.ts"),
        "node:module": join(root, ".vitepress/theme/no-node.ts"),
        undici: join(root, ".vitepress/theme/no-node.ts"),
      },
      conditions: ["source"],
    },
  },
  transformPageData: ({ params }) => (params === undefined ? {} : { title: `The decisions of ${params["package"]}` }),
  head: [["link", { rel: "icon", type: "image/svg+xml", href: "/icon.svg" }]],
  buildEnd: ({ outDir }) => llmsText(root, outDir),
  themeConfig: {
    search: { provider: "local" },
    nav: [
      { text: "Tutorial", link: "/tutorial" },
      { text: "How-to", items: howTo },
      { text: "Reference", items: reference },
      { text: "Explanations", items: explanations },
      { text: "Incidents", link: "/incidents" },
      { text: "Try it", link: "/playground" },
    ],
    sidebar: [
      {
        text: "Begin",
        items: [
          { text: "Quick start", link: "/quick-start" },
          { text: "Tutorial", link: "/tutorial" },
          { text: "A rollout in a terminal", link: "/terminal" },
          { text: "Change the facts", link: "/playground" },
          { text: "Gallery of incidents", link: "/incidents" },
        ],
      },
      { text: "How-to", items: howTo },
      { text: "Reference", items: reference },
      { text: "Explanations", items: explanations },
      {
        text: "From other programs",
        items: [
          { text: "The packages", link: "/packages" },
          { text: "For a control plane", link: "/control-plane" },
          ...packages.map((name) => ({ text: `API of ${name}`, link: `/api/${name}` })),
        ],
      },
      {
        text: "Decision tables",
        collapsed: true,
        items: tables.map((name) => ({ text: name, link: `/tables/${name}` })),
      },
      {
        text: "Decisions",
        collapsed: true,
        items: [{ text: "How they are written", link: "/decisions/" }, ...decisions],
      },
    ],
  },
});
