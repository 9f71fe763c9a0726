import { link, mkdir, open, readdir, readFile, rename, stat, unlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname } from "node:path";
import { pid } from "node:process";
import { asReleaseError } from "@lateen/kernel";
import { type DeadOwners, describeLiving, type Owner, startOf } from "./owner.ts";
import { fleetError } from "../../errors.ts";

/** A lock that this process holds. */
export interface Lock {
  /** False once another process has taken it over. */
  isHeld(): Promise<boolean>;
  /** Gives it back; nothing once another process has taken it over. */
  release(): Promise<void>;
}

const released = '{"released":true}\n';
let serial = 0;

/** Holders that a lock is taken from. */
export interface LockRules extends DeadOwners {
  /** A holder that is known to be gone: the content of its file. */
  readonly ignoring?: string | undefined;
}

/**
 * Takes the lock at `path`, or says who holds it.
 *
 * The lock is a row of numbered files, `path.1`, `path.2` and so on, of which the highest counts. To take it is to create the
 * next number, which the file system grants to one process only; a file whose owner is dead, or that says it was released, is
 * simply followed by the next, and so is the file that says `rules.ignoring`. Removing a dead owner's file first, as is usual, lets two
 * processes each remove the other's.
 *
 * @returns the lock, or the name of its owner
 * @throws ReleaseError `JOURNAL_LOCK` if the folder cannot be written
 */
export async function takeLock(path: string, rules: LockRules = {}): Promise<Lock | string> {
  await mkdir(dirname(path), { recursive: true });
  const aside = `${path}-${pid}-${++serial}`;
  const owner: Owner = { pid, host: hostname(), started: await startOf(pid) };
  // Written aside and then linked: half of it is never read.
  await writeFile(aside, `${JSON.stringify(owner)}\n`, { flag: "wx" }).catch((error: unknown) => failed(path, error));
  try {
    for (let attempt = 0; attempt < 50; attempt++) {
      const taken = await tryToTake(path, aside, rules);
      if (taken !== undefined) return taken;
    }
    return "several processes that compete for it";
  } finally {
    await unlink(aside).catch(() => undefined);
  }
}

/** Names the living owner of the lock at `path` and touches nothing; undefined where it is free. */
export async function findOwner(path: string): Promise<string | undefined> {
  const holder = await readHolder(path);
  return holder === released ? undefined : await describeLiving(holder);
}

/** The last statement of the file that counts; that it was released if there is none. */
export async function readHolder(path: string): Promise<string> {
  const top = Math.max(0, ...(await numbersOf(path).catch(() => [])));
  return top === 0 ? released : await readFile(`${path}.${top}`, "utf8").catch(() => released);
}

async function tryToTake(path: string, aside: string, rules: LockRules): Promise<Lock | string | undefined> {
  const top = Math.max(0, ...(await numbersOf(path)));
  const holder = top === 0 ? released : await readFile(`${path}.${top}`, "utf8").catch(() => undefined);
  if (holder === undefined) return undefined;
  const living = holder === released || holder === rules.ignoring ? undefined : await describeLiving(holder, rules);
  if (living !== undefined) return `${living} (${path}.${top})`;
  const own = `${path}.${top + 1}`;
  if (!(await linked(aside, own))) return undefined;
  const others = (await numbersOf(path)).filter((number) => number !== top + 1);
  // The content may have been old: then the row has gone on, and this number is one that was cleared away.
  if (others.some((number) => number > top)) return unlink(own).then(nothing, nothing);
  for (const number of others) await unlink(`${path}.${number}`).catch(() => undefined);
  return { isHeld: () => exists(own), release: () => release(own, aside) };
}

function nothing(): undefined {}

/** The process that takes the lock over clears the numbers before its own away. */
async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    (error: unknown) => !(error instanceof Error && "code" in error && error.code === "ENOENT"),
  );
}

/** A row never starts again from 1 while somebody may still hold a number of it, so the last file stays and says so. */
async function release(own: string, aside: string): Promise<void> {
  // What another process has taken over is its own to release.
  if (!(await exists(own))) return;
  await writeFile(aside, released);
  await rename(aside, own);
}

async function numbersOf(path: string): Promise<readonly number[]> {
  const prefix = `${basename(path)}.`;
  const names = await readdir(dirname(path));
  return names
    .filter((name) => name.startsWith(prefix) && /^\d{1,15}$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)));
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    return failed(to, error);
  }
}

function failed(path: string, cause: unknown): never {
  const message = `the lock ${path} cannot be taken: ${asReleaseError(cause).message}`;
  throw fleetError("JOURNAL_LOCK", "unavailable", { message, fix: "make the folder writable", cause });
}

/** Makes a rename or a new file in `folder` survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch {
    // Some file systems do not sync folders; the entries themselves are synced.
  } finally {
    await handle.close();
  }
}
