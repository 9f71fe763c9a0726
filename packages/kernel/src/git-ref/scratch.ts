import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates } from "node:tls";

import { interrupted, systemClock } from "../clock.ts";
import { createDeadlines } from "../deadlines.ts";
import type { GitRefLogOptions } from "../git-ref.ts";
import { authorization, gitEnvironment, userConfiguration } from "./environment.ts";
import { gitFailed, gitNotStarted, gitTimedOut, gitTooOld } from "./git-errors.ts";
import type { Remote } from "./remote.ts";
import { type GitOutput, type GitRunner, runGit } from "./run-git.ts";

/** Runs git in the scratch repository and answers with its output. @throws ReleaseError where it does not end with 0 */
export type Git = (args: readonly string[], more?: { input?: string; env?: Record<string, string> }) => Promise<Buffer>;

/** Longest output of git that is read, in bytes: a thousand entries of 8 KiB. */
const maxBytes = 8_388_608;

/**
 * Does `work` with a bare repository of its own that is removed afterwards; two processes never share one.
 *
 * @throws ReleaseError `GIT_MISSING`, `GIT_TOO_OLD`, `INTERRUPTED`
 */
export async function inScratch<T>(
  options: GitRefLogOptions,
  remote: Remote,
  signal: AbortSignal | undefined,
  work: (git: Git, dir: string) => Promise<T>,
): Promise<T> {
  const dir = await mkdtemp(join(options.workDir ?? options.env?.TMPDIR ?? tmpdir(), "lateen-git-"));
  try {
    await writeFile(join(dir, ".gitconfig"), userConfiguration);
    if (options.ca !== undefined) await writeFile(join(dir, "ca.pem"), [...getCACertificates(), options.ca].join("\n"));
    const git = bindGit(options, remote, dir, signal);
    const version = String(await git(["version"]));
    const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? [];
    if (Number(major) * 1000 + Number(minor) < 2031) throw gitTooOld(version);
    await git(["init", "--quiet", "--bare", "--template=", "--initial-branch=log", join(dir, "log.git")]);
    return await work(git, dir);
  } finally {
    await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The packets that git exchanged in a call with `GIT_TRACE_PACKET` set to `packets` in `dir`. */
export async function readPackets(dir: string): Promise<string> {
  return readFile(join(dir, "packets"), "utf8").catch(() => "");
}

function bindGit(options: GitRefLogOptions, remote: Remote, dir: string, signal: AbortSignal | undefined): Git {
  const run: GitRunner = options.git ?? runGit;
  const env = gitEnvironment(options, remote, dir);
  const hide = [authorization(options)?.slice("Basic ".length) ?? "", options.token?.reveal() ?? ""].filter(
    (text) => text !== "",
  );
  return async (args, more) => {
    // On the machine's clock, whatever `options.clock` is: another process takes real time.
    const deadlines = createDeadlines(systemClock, signal);
    deadlines.start(options.deadlineMs ?? 60_000, () => gitTimedOut(remote.url));
    let output: GitOutput;
    try {
      output = await run({
        args,
        cwd: dir,
        env: { ...env, ...more?.env },
        input: more?.input,
        maxBytes,
        signal: deadlines.signal,
      });
    } catch (error) {
      throw deadlines.signal.aborted ? interrupted(deadlines.signal) : gitNotStarted(error);
    } finally {
      deadlines.stop();
    }
    if (output.code !== 0) throw gitFailed(output, remote.url, hide);
    return output.stdout;
  };
}
