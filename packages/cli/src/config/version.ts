import { createHash } from "node:crypto";
import { basename, dirname, isAbsolute, join } from "node:path";
import { type Files, machineFiles, readIfThere } from "../io/files.ts";
import type { Settings } from "./load.ts";

/** Commit and hash of the configuration in force. */
export interface ConfigVersion {
  /** The commit that is checked out around the file; absent outside of a git checkout. */
  readonly commit?: string | undefined;
  /** SHA-256 of the file, in hex. */
  readonly sha256: string;
}

/** The version of the configuration file; undefined without one. It reads files only and starts no git. */
export function configVersion(
  { file, folder }: Pick<Settings, "file" | "folder">,
  files: Files = machineFiles,
): ConfigVersion | undefined {
  if (file === undefined) return undefined;
  const text = readIfThere(files, join(folder, basename(file)));
  if (text === undefined) return undefined;
  const commit = checkedOut(folder, files);
  const sha256 = createHash("sha256").update(text).digest("hex");
  return commit === undefined ? { sha256 } : { commit, sha256 };
}

/** The commit at HEAD of the checkout around `folder`; undefined outside of one. */
export function checkedOut(folder: string, files: Files): string | undefined {
  const git = gitFolder(folder, files);
  if (git === undefined) return undefined;
  const head = readIfThere(files, join(git, "HEAD"))?.trim();
  const ref = /^ref: (refs\/[\w./-]+)$/.exec(head ?? "")?.[1];
  if (ref === undefined) return asCommit(head);
  // A worktree keeps its branches in the repository that it belongs to.
  const common = readIfThere(files, join(git, "commondir"))?.trim() ?? ".";
  const shared = isAbsolute(common) ? common : join(git, common);
  const loose = asCommit(readIfThere(files, join(shared, ref))?.trim());
  const packed = (): string | undefined =>
    readIfThere(files, join(shared, "packed-refs"))
      ?.split("\n")
      .find((line) => line.endsWith(` ${ref}`))
      ?.split(" ")[0];
  return loose ?? asCommit(packed());
}

/** The nearest `.git`: a folder, or in a worktree a file that names one. */
function gitFolder(folder: string, files: Files): string | undefined {
  const here = join(folder, ".git");
  if (readIfThere(files, join(here, "HEAD")) !== undefined) return here;
  const named = /^gitdir: (.+)$/m.exec(readIfThere(files, here) ?? "")?.[1];
  if (named !== undefined) return isAbsolute(named) ? named : join(folder, named);
  return dirname(folder) === folder ? undefined : gitFolder(dirname(folder), files);
}

function asCommit(text: string | undefined): string | undefined {
  return text !== undefined && /^[0-9a-f]{40}$/.test(text) ? text : undefined;
}
