import { runGit } from "@lateen/git-log";

/** Runs git once, as `createGitRefLog` takes it. */
export type GitRunner = typeof runGit;

/** Runs git and asks for its version once, since each of the logs of a release asks before its first call. */
export function createGitRunner(run: GitRunner = runGit): GitRunner {
  let version: ReturnType<GitRunner> | undefined;
  return (call) => {
    if (call.args[0] !== "version") return run(call);
    version ??= run(call).catch((error: unknown) => {
      version = undefined;
      throw error;
    });
    return version;
  };
}
