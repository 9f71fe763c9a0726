import { plainText } from "@lateen/kernel";
import { gitError, installGit } from "./git-errors.ts";
import type { GitRunner } from "./run-git.ts";

/** The values of PATH on which a git that is new enough was found, for each function that runs it. */
const newEnough = new WeakMap<GitRunner, Set<string>>();

/**
 * Checks the version of the git that `run` finds on `path`, once for all logs: credentials are handed over in GIT_CONFIG_COUNT, which
 * came with git 2.31. @throws ReleaseError `GIT_TOO_OLD`, and what `ask` throws
 */
export async function checkVersion(run: GitRunner, path: string, ask: () => Promise<Buffer>): Promise<void> {
  const known = newEnough.get(run) ?? new Set();
  if (known.has(path)) return;
  const version = plainText(String(await ask()), 60);
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? [];
  const isOld = Number(major) * 1000 + Number(minor) < 2031;
  if (isOld) throw gitError("GIT_TOO_OLD", "input", `git is too old: ${version}`, installGit);
  newEnough.set(run, known.add(path));
}
