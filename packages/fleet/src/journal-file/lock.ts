import { link, mkdir, open, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { kill, pid } from "node:process";
import { asReleaseError, ReleaseError } from "@lateen/kernel";

/** A lock that this process holds. */
export interface Lock {
  release(): Promise<void>;
}

/** Who holds a lock: a process number alone comes round again, so the start of the process belongs to it. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly started: string;
}

let serial = 0;

/**
 * Takes the lock at `path`, or says who holds it.
 *
 * The lock appears complete (written aside, then linked), so nobody ever reads half of one. A lock whose owner is dead is
 * taken over; one of another machine cannot be judged and counts as held.
 */
export async function takeLock(path: string): Promise<Lock | string> {
  await mkdir(dirname(path), { recursive: true });
  const own: Owner = { pid, host: hostname(), started: await startOf(pid) };
  const text = `${JSON.stringify(own)}\n`;
  const aside = `${path}.${pid}-${++serial}`;
  await writeFile(aside, text, { flag: "wx" });
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      if (await linked(aside, path)) return { release: () => releaseLock(path, text, aside) };
      const holder = await readText(path);
      if (holder === undefined) continue;
      const living = await describeLiving(holder);
      if (living !== undefined) return living;
      await removeDead(path, holder, aside);
    }
    return "several processes compete for it";
  } finally {
    await unlink(aside).catch(() => undefined);
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw lockFailed(to, error);
  }
}

/** Moves a dead owner's lock away; should it have changed hands in between, it is put back. */
async function removeDead(path: string, dead: string, aside: string): Promise<void> {
  const grave = `${aside}.dead`;
  try {
    await rename(path, grave);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw lockFailed(path, error);
  }
  if ((await readText(grave)) !== dead) await link(grave, path).catch(() => undefined);
  await unlink(grave).catch(() => undefined);
}

async function releaseLock(path: string, text: string, aside: string): Promise<void> {
  if ((await readText(path)) === text) await removeDead(path, text, aside);
}

async function describeLiving(text: string): Promise<string | undefined> {
  const owner = readOwner(text);
  if (owner === undefined) return undefined;
  if (owner.host !== hostname()) return `process ${owner.pid} on ${owner.host}`;
  if (!isRunning(owner.pid)) return undefined;
  const started = await startOf(owner.pid);
  const reused = owner.started !== "" && started !== "" && owner.started !== started;
  return reused ? undefined : `process ${owner.pid}`;
}

function readOwner(text: string): Owner | undefined {
  try {
    const { pid: number, host, started } = JSON.parse(text) as Partial<Owner>;
    return Number.isSafeInteger(number) && typeof host === "string"
      ? { pid: Number(number), host, started: started ?? "" }
      : undefined;
  } catch {
    return undefined;
  }
}

function isRunning(number: number): boolean {
  try {
    // Signal 0 asks whether the process exists and sends nothing; EPERM is "yes, and it is somebody else's".
    kill(number, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/** When a process began, in a form that is only compared: boot and clock ticks on Linux, empty elsewhere. */
async function startOf(number: number): Promise<string> {
  const [stat, boot] = await Promise.all([
    readText(`/proc/${number}/stat`),
    readText("/proc/sys/kernel/random/boot_id"),
  ]);
  // Field 22; the second one, a name in parentheses, may hold spaces. Source: proc_pid_stat(5).
  const ticks = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  return ticks === undefined ? "" : `${(boot ?? "").trim()} ${ticks}`;
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? (error as Error & { code?: unknown }).code : undefined;
}

function lockFailed(path: string, cause: unknown): ReleaseError {
  const { message } = asReleaseError(cause);
  return new ReleaseError({
    code: "JOURNAL_LOCK",
    category: "unavailable",
    message: `the lock ${path} cannot be taken: ${message}`,
    cause,
  });
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
