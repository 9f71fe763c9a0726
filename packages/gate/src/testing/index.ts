export { type CommitGraph, createMemoryGraph } from "./commit-graph.ts";
export { describeForgeContract } from "./forge-contract.ts";
export type { ForgeFacts } from "./forge-facts.ts";
export { openGitGraph } from "./git-graph.ts";
export { type GiteaFake, startGiteaFake } from "./gitea-fake.ts";
export { startGitHubFake } from "./github-fake.ts";
export { htmlPage, type HttpFake, startHttpFake } from "./http-fake.ts";
