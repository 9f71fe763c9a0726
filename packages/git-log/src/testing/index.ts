export { type GiteaServer, startGitea } from "./start-gitea.ts";
export { type GitFault, type GitHttpServer, type GitRequest, startGitHttpServer } from "./git-http-server.ts";
export { type CommitDraft, createGitRepository, type GitRepository } from "./git-repository.ts";
