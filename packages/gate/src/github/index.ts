export type { GitHubApp } from "./connect.ts";
export { createGitHubForge, type GitHubForgeOptions } from "./create-github-forge.ts";
