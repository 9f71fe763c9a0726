import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { kill } from "node:process";
import { plainText } from "@lateen/kernel";

/** Holder of a lock: a process number alone comes round again, so the start of the process belongs to it. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly started: string;
}

/** Owners that count as dead in addition to those whose process is gone. */
export interface DeadOwners {
  /** A process that is stopped, by SIGSTOP or Ctrl-Z. @default false */
  readonly stopped?: boolean | undefined;
  /** A process of another host, for a folder that only one host at a time can reach. @default false: it cannot be seen from here */
  readonly elsewhere?: boolean | undefined;
}

/** Names the owner that `text` describes, if it may still be alive; undefined if it is dead or the text names none. */
export async function describeLiving(text: string, dead: DeadOwners = {}): Promise<string | undefined> {
  const owner = readOwner(text);
  if (owner === undefined) return undefined;
  if (owner.host !== hostname() && dead.elsewhere !== true)
    return `process ${owner.pid} on ${plainText(owner.host, 100)}, which cannot be seen from here; if it is gone, lateen rollout --break-lock --reason '…' checks what can be checked and frees it`;
  if (!isRunning(owner.pid)) return undefined;
  // A defunct process has ended, and nothing but its parent keeps its number. Source: proc_pid_stat(5), field 3.
  if ((dead.stopped === true ? "ZXxTt" : "ZXx").includes((await statOf(owner.pid))?.[0] ?? "running")) return undefined;
  const started = await startOf(owner.pid);
  const isReused = owner.started !== "" && started !== "" && owner.started !== started;
  return isReused ? undefined : `process ${owner.pid}`;
}

/** When a process began, in a form that is only compared: boot and clock ticks on Linux, empty elsewhere. */
export async function startOf(number: number): Promise<string> {
  const [stat, boot] = await Promise.all([statOf(number), readText("/proc/sys/kernel/random/boot_id")]);
  const ticks = stat?.[19];
  return ticks === undefined ? "" : `${(boot ?? "").trim()} ${ticks}`;
}

/** What Linux says of a process from the third field on: the second one, a name in parentheses, may hold spaces. Source: proc_pid_stat(5). */
async function statOf(number: number): Promise<readonly string[] | undefined> {
  const stat = await readText(`/proc/${number}/stat`);
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** The process of another host that `text` names; undefined if it names none. */
export function ownerElsewhere(text: string): Owner | undefined {
  const owner = readOwner(text);
  return owner === undefined || owner.host === hostname() ? undefined : owner;
}

function readOwner(text: string): Owner | undefined {
  try {
    const { pid, host, started } = JSON.parse(text) as Partial<Owner>;
    if (!Number.isSafeInteger(pid) || Number(pid) <= 0 || typeof host !== "string") return undefined;
    return { pid: Number(pid), host, started: started ?? "" };
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
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}
