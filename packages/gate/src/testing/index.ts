export {
  type CommitGraph,
  createMemoryGraph,
  type GraphCommit,
  type MemoryGraph,
  type NewCommit,
} from "./commit-graph.ts";
export type { ForgeContractRunner } from "./contract-suite.ts";
export { describeForgeContract } from "./forge-contract.ts";
export type { ForgeFacts, NewPush, NewRun, NewStatus } from "./forge-facts.ts";
export type { ForgeSubject, ForgeSubjectOptions } from "./forge-subject.ts";
export { openGitGraph } from "./git-graph.ts";
export { type GiteaFake, type GiteaFakeOptions, startGiteaFake } from "./gitea-fake.ts";
export type { GitHubFacts, NewCheckRun } from "./github-facts.ts";
export { type GitHubFake, type GitHubFakeOptions, type InstalledApp, startGitHubFake } from "./github-fake.ts";
export { htmlPage, type HttpFake, type Misbehaviour, type SeenRequest } from "./http-fake.ts";
