export { createGitRefLog } from "./git-ref-log.ts";
export { runGit } from "./git/run-git.ts";
