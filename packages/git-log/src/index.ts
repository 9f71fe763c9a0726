export { createGitRefLog } from "./git-ref-log.ts";
export { type GitCall, type GitOutput, type GitRunner, runGit } from "./git/run-git.ts";
