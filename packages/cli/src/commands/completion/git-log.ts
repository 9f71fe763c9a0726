import { runGit } from "@lateen/git-log";
import type { Host } from "../../host.ts";
import type { Candidate } from "./candidate.ts";

/** Commits that are read from a clone. */
const mostCommits = 200;

/** Variables that git needs for finding itself, its user's settings (which directories are safe) and nothing else. */
const passedOn = ["PATH", "HOME", "XDG_CONFIG_HOME", "SYSTEMROOT", "TMPDIR"];

/**
 * The newest commits of `branch` in the clone around `folder`, each full id with its subject; those of the branch that is checked
 * out if it has no such branch; none if there is no clone or no git.
 *
 * Nothing is fetched, asked, locked or paged, whatever the clone is configured to do.
 */
export async function readGitLog(
  folder: string,
  branch: string,
  env: Host["env"],
  signal: AbortSignal,
): Promise<readonly Candidate[]> {
  const named = await log([`refs/remotes/origin/${branch}`, `refs/heads/${branch}`]);
  return named.length > 0 ? named : await log(["HEAD"]);

  async function log(revisions: readonly string[]): Promise<readonly Candidate[]> {
    const settings = ["-c", "log.showSignature=false", "-c", "core.fsmonitor=false"];
    const form = ["--no-decorate", "--no-color", "--encoding=UTF-8", "-z", "--format=%H %s"];
    const args = [
      ...settings,
      "log",
      `-${mostCommits}`,
      ...form,
      "--ignore-missing",
      "--end-of-options",
      ...revisions,
      "--",
    ];
    const given = Object.fromEntries(passedOn.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
    const habits = { GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0", GIT_NO_LAZY_FETCH: "1", LC_ALL: "C" };
    // Before 2.45 git knows no GIT_NO_LAZY_FETCH, but it keeps to the protocols that it may use: none of this name.
    const alone = { GIT_ALLOW_PROTOCOL: "none" };
    const { code, stdout } = await runGit({
      args,
      cwd: folder,
      env: { ...given, ...habits, ...alone },
      maxBytes: 1_000_000,
      signal,
    });
    return code === 0 ? parseLog(stdout.toString("utf8")) : [];
  }
}

function parseLog(text: string): readonly Candidate[] {
  return text.split("\0").flatMap((row) => {
    const [, value, about = ""] = /^([0-9a-f]{40}) (.*)$/s.exec(row) ?? [];
    return value === undefined ? [] : [{ value, about }];
  });
}
