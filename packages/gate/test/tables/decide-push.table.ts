import type { FilterEngine } from "../../src/triggers/filter-list.ts";
import type { PushDecision } from "../../src/triggers/decide-push.ts";
import type { PushTrigger } from "../../src/triggers/parse-workflow.ts";

/** One row: a `push` trigger, the changed files of a push to `main`, and what becomes of it. */
export interface PushRow {
  readonly name: string;
  readonly trigger: PushTrigger;
  readonly files: readonly string[];
  /** @default both forges */
  readonly forge?: FilterEngine;
  readonly kind: PushDecision["kind"];
}

const markdown: PushTrigger = { paths: ["*.md", "!README.md"] };
const markdownAgain: PushTrigger = { paths: ["*.md", "!README.md", "README*"] };

/** Effect of a push to `main` on a `push` trigger. */
export const pushTable: readonly PushRow[] = [
  { name: "no filter", trigger: {}, files: ["a"], kind: "runs" },
  { name: "no filter, nothing changed", trigger: {}, files: [], kind: "runs" },
  { name: "this branch", trigger: { branches: ["main"] }, files: ["a"], kind: "runs" },
  { name: "other branch", trigger: { branches: ["release/**"] }, files: ["a"], kind: "other-branch" },
  { name: "branch in another case", trigger: { branches: ["Main"] }, files: ["a"], kind: "other-branch" },
  { name: "branch taken away by a later !", trigger: { branches: ["**", "!main"] }, files: ["a"], kind: "other-branch" },
  { name: "branch given back", trigger: { branches: ["**", "!m*", "main"] }, files: ["a"], kind: "runs" },
  { name: "branch ignored", trigger: { "branches-ignore": ["ma?in"] }, files: ["a"], kind: "other-branch" },
  { name: "another branch ignored", trigger: { "branches-ignore": ["wip/**"] }, files: ["a"], kind: "runs" },
  { name: "tags only", trigger: { tags: ["v*"] }, files: ["a"], kind: "other-branch" },
  { name: "tags-ignore only", trigger: { "tags-ignore": ["v*"] }, files: ["a"], kind: "other-branch" },
  { name: "tags and this branch", trigger: { tags: ["v*"], branches: ["main"] }, files: ["a"], kind: "runs" },
  { name: "tags only, path would filter", trigger: { tags: ["v*"], paths: ["src/**"] }, files: ["docs/a.md"], kind: "other-branch" },
  { name: "other branch, path would filter", trigger: { branches: ["dev"], paths: ["src/**"] }, files: ["docs/a.md"], kind: "other-branch" },
  { name: "a file matches", trigger: { paths: ["src/**"] }, files: ["docs/a.md", "src/a.ts"], kind: "runs" },
  { name: "no file matches", trigger: { paths: ["src/**"] }, files: ["docs/a.md"], kind: "path-filtered" },
  { name: "no file matches, this branch", trigger: { branches: ["main"], paths: ["src/**"] }, files: ["docs/a.md"], kind: "path-filtered" },
  { name: "all ignored", trigger: { "paths-ignore": ["docs/**", "**.md"] }, files: ["docs/a.png", "README.md"], kind: "path-filtered" },
  { name: "one not ignored", trigger: { "paths-ignore": ["docs/**"] }, files: ["docs/a.png", "README.md"], kind: "runs" },
  { name: "taken by *.md", trigger: markdown, files: ["hello.md"], kind: "runs" },
  { name: "taken away by !README.md", trigger: markdown, files: ["README.md"], kind: "path-filtered" },
  { name: "* does not cross folders", trigger: markdown, files: ["docs/hello.md"], kind: "path-filtered" },
  { name: "given back by README*", trigger: markdownAgain, files: ["README.md"], kind: "runs" },
  { name: "order matters", trigger: { paths: ["!README.md", "*.md"] }, files: ["README.md"], kind: "runs" },
  { name: "path in another case", trigger: { paths: ["Docs/**"] }, files: ["docs/a.md"], kind: "path-filtered" },
  { name: "only ! patterns", trigger: { paths: ["!docs/**"] }, files: ["docs/a.md"], kind: "unclear" },
  { name: "! in paths-ignore on GitHub", trigger: { "paths-ignore": ["docs/**", "!docs/a.md"] }, files: ["docs/b.md"], forge: "github", kind: "unclear" },
  { name: "! in paths-ignore on Gitea", trigger: { "paths-ignore": ["docs/**", "!docs/a.md"] }, files: ["src/b.ts"], forge: "gitea", kind: "path-filtered" },
  { name: "paths and paths-ignore on GitHub", trigger: { paths: ["src/**"], "paths-ignore": ["docs/**"] }, files: ["docs/a"], forge: "github", kind: "unclear" },
  { name: "paths and paths-ignore on Gitea", trigger: { paths: ["src/**"], "paths-ignore": ["docs/**"] }, files: ["docs/a"], forge: "gitea", kind: "path-filtered" },
  { name: "a pattern that no forge explains", trigger: { paths: ["src/**", "[!a]"] }, files: ["docs/a.md"], kind: "unclear" },
  { name: "a branch pattern that no forge explains", trigger: { branches: ["*?"], paths: ["src/**"] }, files: ["docs/a.md"], kind: "unclear" },
  { name: "empty list of paths", trigger: { paths: [] }, files: ["docs/a.md"], kind: "unclear" },
  { name: "nothing changed", trigger: { paths: ["src/**"] }, files: [], kind: "unclear" },
];
