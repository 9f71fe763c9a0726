import type { runGit } from "@lateen/git-log";

/** Runs git once, as `createGitRefLog` takes it. */
export type GitRunner = typeof runGit;

/** Runs git and asks for its version once, since each of the logs of a release asks before its first call. */
export function createGitRunner(run: GitRunner = startGit): GitRunner {
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

/** Loaded with the first call: most commands of a machine start no git. */
const startGit: GitRunner = async (call) => (await import("@lateen/git-log")).runGit(call);
