export { createMemoryGraph } from "./commit-graph.ts";
export { describeForgeContract } from "./forge-contract.ts";
export type { ForgeFacts } from "./forge-facts.ts";
export { openGitGraph } from "./git-graph.ts";
export { startGiteaFake } from "./gitea-fake.ts";
export { startGitHubFake } from "./github-fake.ts";
export { startHttpFake } from "./http-fake.ts";
