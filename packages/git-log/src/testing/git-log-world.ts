import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AppendLog, Appended, LogEntry, Reading, ReleaseError } from "@lateen/kernel";
import { createGitRefLog, type GitRefLogOptions } from "../git-ref-log.ts";
import { createGitRepository, type GitRepository } from "./git-repository.ts";

/** Ref of the log of a {@link GitLogWorld}. */
export const ref = "refs/lateen/latest";

/** Environment variables that git needs. */
export const env: { readonly PATH: string | undefined } = { PATH: process.env["PATH"] };

/** A repository, a folder for scratch repositories, and the log between them, for the tests of this package. */
export interface GitLogWorld {
  readonly repository: GitRepository;
  readonly workDir: string;
  open(more?: Partial<GitRefLogOptions>): AppendLog;
  /** Names of scratch repositories that were left behind. */
  leftovers(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Makes a {@link GitLogWorld}. */
export async function createGitLogWorld(): Promise<GitLogWorld> {
  const repository = await createGitRepository();
  const workDir = await mkdtemp(join(tmpdir(), "lateen-work-"));
  return {
    repository,
    workDir,
    open: (more = {}) => createGitRefLog({ remote: repository.path, ref, env, workDir, ...more }),
    leftovers: () => readdir(workDir),
    async close() {
      await repository.close();
      await rm(workDir, { recursive: true });
    },
  };
}

/** The value that was found. @throws if it was not */
export function foundIn<T>(reading: Reading<T>): T {
  if (reading.kind !== "found") throw new Error(`not found: ${JSON.stringify(reading)}`, { cause: reading });
  return reading.value;
}

/** The entry that was appended. @throws if it was not */
export function headOf(appended: Appended): LogEntry {
  if (appended.kind !== "appended") throw new Error(`not appended: ${JSON.stringify(appended)}`, { cause: appended });
  return appended.head;
}

/** Why it is unknown. @throws if it is not */
export function causeOf(answer: Reading<unknown> | Appended): ReleaseError {
  if (answer.kind !== "unknown") throw new Error(`not unknown: ${JSON.stringify(answer)}`);
  return answer.cause;
}

/** Everything that may be printed of an error. */
export function everythingOf(error: ReleaseError): string {
  return [error.message, error.why, error.fix, String(error.cause), error.stack].join("\n");
}
