import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, cp, mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Binaries } from "./binaries.ts";
import type { RunAs } from "./run-as.ts";

const run = promisify(execFile);

/**
 * The programs at a place that the user of the database can reach. PostgreSQL looks itself up by access(2), which ignores capabilities,
 * so that programs below a folder that is closed to others, such as `/root`, are copied once per version into `place`.
 *
 * @param place - Belongs to root; source of the default: Filesystem Hierarchy Standard 3.0, 5.5
 */
export async function reachableBy(
  as: RunAs,
  binaries: Binaries,
  place: string = "/var/cache/lateen",
): Promise<Binaries> {
  if (as.uid === undefined || (await isOpen(binaries.initdb))) return binaries;
  const native = dirname(dirname(binaries.initdb));
  const copy = join(place, `postgres-${await versionOf(native)}`);
  if (!(await isThere(copy))) await copyOpen(native, copy);
  return { initdb: join(copy, "bin/initdb"), postgres: join(copy, "bin/postgres") };
}

/** True if every user may enter the folders above a file. */
async function isOpen(path: string): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

async function versionOf(native: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(native, "../package.json"), "utf8")) as { version?: unknown };
  return typeof version === "string" && /^[\w.+-]+$/.test(version) ? version : "unknown";
}

/** Appears under its name when it is complete; another start may have been faster. */
async function copyOpen(native: string, copy: string): Promise<void> {
  const unfinished = `${copy}.${randomBytes(6).toString("hex")}`;
  await mkdir(dirname(copy), { recursive: true });
  await chmod(dirname(copy), 0o755);
  try {
    await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
    await run("chmod", ["-R", "go+rX", unfinished]);
    await rename(unfinished, copy).catch(async (error: unknown) => {
      if (!(await isThere(copy))) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
