/** A page of `lateen help`. */
export interface HelpTopic {
  readonly name: string;
  readonly summary: string;
  load(): Promise<string>;
}

/** Every page, in the order of the help. */
export const helpTopics: readonly HelpTopic[] = [
  {
    name: "exit-codes",
    summary: "outcomes and exit codes",
    load: async () => (await import("./pages.ts")).exitCodesPage(),
  },
  {
    name: "environment",
    summary: "environment variables that are read",
    load: async () => (await import("./pages.ts")).environmentPage(),
  },
  {
    name: "rules",
    summary: "the rules of the pipeline, and which of them --override waives",
    load: async () => (await import("./pages.ts")).rulesPage(),
  },
];
