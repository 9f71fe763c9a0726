export { createGitHubForge } from "./create-github-forge.ts";
