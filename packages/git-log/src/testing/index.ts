export { startGitea } from "./start-gitea.ts";
export { type GitHttpServer, startGitHttpServer } from "./git-http-server.ts";
export { createGitRepository, type GitRepository } from "./git-repository.ts";
