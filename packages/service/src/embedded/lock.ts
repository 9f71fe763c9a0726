import { kill, pid as ownPid } from "node:process";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { ReleaseError } from "@lateen/kernel";

/** Gives a folder to one process at a time. */
export interface FolderLock {
  release(): Promise<void>;
}

interface Owner {
  readonly pid: number;
  /** Start of the process in clock ticks, so that a number that came round again is no owner. */
  readonly started: string;
}

/** Takes the folder for this process. A process that is stopped or defunct holds nothing. @throws ReleaseError `DATA_IN_USE` (state) */
export async function lockFolder(folder: string): Promise<FolderLock> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, "service.lock");
  for (let tries = 0; tries < 20; tries++) {
    const file = await open(path, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    if (file !== undefined) {
      await file.writeFile(JSON.stringify({ pid: ownPid, started: (await aliveSince(ownPid)) ?? "" }));
      await file.close();
      return { release: () => rm(path, { force: true }) };
    }
    const owner = await readOwner(path);
    if (owner !== undefined && (await isOwner(owner))) throw inUse(folder, owner.pid);
    await rm(path, { force: true });
  }
  throw inUse(folder, 0);
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    const { pid, started } = JSON.parse(await readFile(path, "utf8")) as Partial<Owner>;
    return Number.isSafeInteger(pid) && Number(pid) > 0
      ? { pid: Number(pid), started: String(started ?? "") }
      : undefined;
  } catch {
    return undefined;
  }
}

async function isOwner({ pid, started }: Owner): Promise<boolean> {
  const now = await aliveSince(pid);
  return now !== undefined && (started === "" || now === started);
}

/** When a living process began; undefined if it is gone, stopped or defunct. Source: proc_pid_stat(5), fields 3 and 22. */
export async function aliveSince(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return "TtZXx".includes(fields[0] ?? "X") ? undefined : (fields[19] ?? "");
  } catch {
    // No /proc on this system, or no such process.
    return (await hasProc()) || !signals(pid) ? undefined : "";
  }
}

async function hasProc(): Promise<boolean> {
  return readFile("/proc/self/stat").then(
    () => true,
    () => false,
  );
}

function signals(pid: number): boolean {
  try {
    kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function inUse(folder: string, pid: number): ReleaseError {
  return new ReleaseError({
    code: "DATA_IN_USE",
    category: "state",
    message: `the folder ${folder} is in use by another service${pid === 0 ? "" : ` (process ${pid})`}`,
    fix: "give another --data folder, or one --database to several services",
  });
}
