import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDeadlines, interrupted, ReleaseError, systemClock, systemCode } from "@lateen/kernel";
import type { LogPlace } from "../git-ref-log.ts";
import { authorization, gitEnvironment } from "./environment.ts";
import { answerTooLarge, gitError, gitFailed, installGit } from "./git-errors.ts";
import { checkVersion } from "./git-version.ts";
import { createBare } from "./repository.ts";
import { runGit } from "./run-git.ts";

/** The caller's signal, if there is one. */
export type Signal = AbortSignal | undefined;

/** A bare repository of its own, in which git is run. */
export interface Scratch extends LogPlace {
  /** Folder of the repository. */
  readonly repository: string;
  /** Runs git and answers what it printed. @throws ReleaseError if it does not end with 0 */
  git(args: readonly string[], more?: { input?: string; env?: Record<string, string> }): Promise<Buffer>;
  /** The packets that git exchanged in calls with `GIT_TRACE_PACKET` set to the given file. */
  readonly packets: { readonly file: string; read(): Promise<string> };
}

/** Longest output of git that is read, in bytes: the journal of a rollout of 100,000 tenants, at 460 bytes each (measured November 2026). */
const maxBytes = 67_108_864;

/**
 * Does `work` with a scratch repository that is removed afterwards; neither two processes nor two calls share one.
 *
 * @throws ReleaseError `GIT_SCRATCH_FAILED`, `GIT_MISSING`, `GIT_TOO_OLD`, `INTERRUPTED`, and what `work` throws
 */
export async function inScratch<T>(
  place: LogPlace,
  signal: Signal,
  work: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  if (signal?.aborted === true) throw interrupted(signal);
  const { workDir, env, git: run = runGit } = place.options;
  const parent = workDir ?? env?.["TMPDIR"] ?? tmpdir();
  const dir = await mkdtemp(join(parent, "lateen-git-")).catch((error: unknown) => {
    throw scratchFailed(parent, error);
  });
  try {
    const repository = await prepare(dir, place.options.ca).catch((error: unknown) => {
      throw scratchFailed(parent, error);
    });
    const git = bindGit(place, dir, signal);
    await checkVersion(run, env?.["PATH"] ?? "", () => git(["version"]));
    const file = join(dir, "packets");
    const packets = { file, read: () => readFile(file, "utf8").catch(() => "") };
    return await work({ ...place, repository, git, packets });
  } finally {
    await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function prepare(dir: string, ca: string | undefined): Promise<string> {
  const repository = join(dir, "log.git");
  await Promise.all([
    createBare(repository),
    // A file, since git reads safe.directory from nowhere else on the remote's side of a repository on disk.
    writeFile(join(dir, ".gitconfig"), "[safe]\n\tdirectory = *\n"),
    ...(ca === undefined ? [] : [writeFile(join(dir, "ca.pem"), ca)]),
  ]);
  return repository;
}

function bindGit(place: LogPlace, dir: string, signal: Signal): Scratch["git"] {
  const { options, remote } = place;
  const { git: run = runGit, deadlineMs = 60_000, token } = options;
  const environment = gitEnvironment(options, remote, dir);
  const hide = token === undefined ? [] : [authorization(options)?.slice("Basic ".length) ?? "", token.reveal()];
  return async (args, { input, env } = {}) => {
    // In real time: another process does not run on the caller's clock.
    const deadline = createDeadlines(systemClock, signal);
    deadline.start(deadlineMs, () => timedOut(remote.url));
    const call = { args, cwd: dir, env: { ...environment, ...env }, input, maxBytes, signal: deadline.signal };
    const output = await run(call)
      .catch((error: unknown) => {
        if (deadline.signal.aborted) throw interrupted(deadline.signal);
        throw gitError(
          "GIT_MISSING",
          "input",
          `the program git could not be started: ${systemCode(error)}`,
          installGit,
        );
      })
      .finally(deadline.stop);
    if (output.stdout.length >= maxBytes) throw answerTooLarge(remote.url);
    if (output.code !== 0) throw gitFailed(output, remote.url, hide);
    return output.stdout;
  };
}

function timedOut(remote: string): ReleaseError {
  const message = "the git remote did not answer in time";
  return gitError("GIT_TIMEOUT", "unavailable", message, "check the remote and the network", remote);
}

function scratchFailed(folder: string, cause: unknown): ReleaseError {
  return new ReleaseError({
    code: "GIT_SCRATCH_FAILED",
    category: "state",
    message: `a scratch repository could not be made in ${folder}: ${systemCode(cause)}`,
    fix: "check that the folder exists, may be written to and has space",
    cause,
  });
}
