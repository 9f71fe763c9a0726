import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import type { Clock } from "@lateen/kernel";
import { elapsedOf } from "../run/elapsed.ts";
import type { RunAs } from "./run-as.ts";

/** One server process that is started again when it ends by itself. */
export interface ServerProcess {
  /** If it has not ended. */
  isRunning(): boolean;
  /** Starts it again from now on whenever it ends, as long as `mayStart` says so. */
  keep(mayStart: () => Promise<boolean>): void;
  stop(): Promise<void>;
}

/** Program, arguments and log of a server process. */
export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly as: RunAs;
  /** File that its output is appended to. */
  readonly log: string;
}

/** Milliseconds before the second of several starts that fail; each next one waits twice as long. */
const firstMs = 100;
const longestMs = 10_000;

/** Environment of the programs of PostgreSQL. */
export const databaseEnv = { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C", TZ: "UTC" };

export async function startServerProcess(command: ServerCommand, clock: Clock): Promise<ServerProcess> {
  const stopping = new AbortController();
  let child = await start(command);
  let keeping: Promise<void> | undefined;

  async function keep(mayStart: () => Promise<boolean>): Promise<void> {
    for (let pauseMs = 0; ; pauseMs = Math.min(longestMs, Math.max(firstMs, pauseMs * 2))) {
      const startedAt = elapsedOf(clock);
      await ended(child);
      // One that has run for long has not failed to start.
      if (elapsedOf(clock) - startedAt >= longestMs) pauseMs = 0;
      await clock.sleep(pauseMs, stopping.signal).catch(() => undefined);
      if (stopping.signal.aborted || !(await mayStart())) return;
      child = await start(command).catch(() => child);
      if (stopping.signal.aborted) child.kill("SIGINT");
    }
  }

  return {
    isRunning: () => isRunning(child),
    keep: (mayStart) => void (keeping = keep(mayStart)),
    async stop() {
      stopping.abort();
      // Fast shutdown; immediate if that takes too long: the journal of the database makes up for it. Source: PostgreSQL, 18.5.
      child.kill("SIGINT");
      const late = setTimeout(() => child.kill("SIGQUIT"), 8_000);
      await ended(child);
      await keeping;
      clearTimeout(late);
    },
  };
}

async function start({ program, args, as, log: path }: ServerCommand): Promise<ChildProcess> {
  const log = await open(path, "a", 0o600);
  try {
    const [file, all, ids] = commandAs(as, program, args);
    // A session of its own: Ctrl-C at the terminal is for the service, which stops the database last.
    const options = { ...ids, env: databaseEnv, cwd: "/", detached: true };
    const child = spawn(file, all, { ...options, stdio: ["ignore", log.fd, log.fd] });
    await once(child, "spawn");
    return child;
  } finally {
    await log.close();
  }
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

async function ended(child: ChildProcess): Promise<void> {
  if (isRunning(child)) await once(child, "exit");
}

/** Program, arguments and user of a command that runs as `as`. */
export function commandAs(
  { prefix, uid, gid }: RunAs,
  program: string,
  args: readonly string[],
): readonly [string, string[], { readonly uid?: number; readonly gid?: number }] {
  const [first, ...rest] = [...prefix, program, ...args];
  const ids = prefix.length > 0 || uid === undefined || gid === undefined ? {} : { uid, gid };
  return [first ?? program, rest, ids];
}
