export { createGitRefLog } from "./git-ref-log.ts";
export { type GitRunner, runGit } from "./git/run-git.ts";
