import type { ChildProcess } from "node:child_process";
import type { Clock } from "@lateen/kernel";

/** A command that is run once. */
export interface Command {
  /** The program and its arguments; no shell reads them. */
  readonly argv: readonly [string, ...string[]];
  /** Folder that it starts in, and that a program named by a relative path is looked up in. */
  readonly cwd: string;
  /** The whole environment of the command. */
  readonly env: Readonly<Record<string, string>>;
  /** Text for standard input, which is closed otherwise. */
  readonly input?: string | undefined;
  /** Longest time until it has ended, in milliseconds. */
  readonly timeoutMs: number;
  /** Bytes of standard output that are kept. */
  readonly maxBytes: number;
  /** Action if a command prints more: it is ended, or the rest is read and dropped. */
  readonly onExcess: "end" | "drop";
}

/** End and output of a command. */
export interface CommandResult {
  readonly end: CommandEnd;
  readonly stdout: string;
  /** The last 4 KiB of standard error. */
  readonly stderr: string;
}

export type CommandEnd =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "killed"; readonly signal: string }
  | { readonly kind: "timed-out"; readonly timeoutMs: number }
  | { readonly kind: "too-much-output"; readonly maxBytes: number }
  /** Ended because the caller's signal aborted. */
  | { readonly kind: "interrupted" }
  /** It never ran: there is no such program, or it may not be run. */
  | { readonly kind: "not-started"; readonly code: string };

/** Runs a command once; it answers with how it ended and never rejects. */
export type RunCommand = (command: Command, signal?: AbortSignal) => Promise<CommandResult>;

/** Time between SIGTERM and SIGKILL: long enough for ssh to close its connection, short enough for an operator who waits. */
const graceMs = 2_000;
/** A process that left the group and kept the pipes open is not waited for any longer. */
const drainMs = 200;
/** Pause between two looks at a group that is ending. */
const stepMs = 20;
const stderrBytes = 4 * 1024;

/**
 * Runs commands in process groups of their own, without a terminal.
 *
 * When a command ends, what is left of its group is ended too; when its time is over the whole group is. A process that is
 * meant to stay starts a session of its own (setsid(2)), as daemons do.
 */
export function createRunCommand(clock: Clock): RunCommand {
  return async (command, signal) => {
    if (signal?.aborted === true) return { end: { kind: "interrupted" }, stdout: "", stderr: "" };
    const started = await start(command);
    return "end" in started ? { end: started.end, stdout: "", stderr: "" } : watch(started, command, clock, signal);
  };
}

/** Detached is setsid(2): a group that can be ended as one, and Ctrl-C does not cut a move in two. */
async function start(command: Command): Promise<ChildProcess | { readonly end: CommandEnd }> {
  const { spawn } = await import("node:child_process");
  const { argv, cwd, env, input } = command;
  const [program, ...args] = argv;
  const stdin = input === undefined ? "ignore" : "pipe";
  try {
    return spawn(program, args, { cwd, env, detached: true, stdio: [stdin, "pipe", "pipe"] });
  } catch (error) {
    return { end: notStarted(error) };
  }
}

async function watch(
  child: ChildProcess,
  command: Command,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<CommandResult> {
  const { input, timeoutMs, maxBytes, onExcess } = command;
  const over = new AbortController();
  let cut: CommandEnd | undefined;
  const end = (reason: CommandEnd) => {
    if (over.signal.aborted) return;
    cut ??= reason;
    void endGroup(child.pid, clock);
  };
  const tooMuch = () => (onExcess === "end" ? end({ kind: "too-much-output", maxBytes }) : undefined);
  const stdout = keepFirst(child, maxBytes, tooMuch);
  const stderr = keepLast(child, stderrBytes);
  child.stdin?.on("error", () => undefined).end(input);
  clock.sleep(timeoutMs, over.signal).then(
    () => end({ kind: "timed-out", timeoutMs }),
    () => undefined,
  );
  const interrupt = () => end({ kind: "interrupted" });
  signal?.addEventListener("abort", interrupt, { once: true, signal: over.signal });
  if (signal?.aborted === true) interrupt();
  const exit = await exitOf(child);
  over.abort();
  if (exit.kind !== "not-started") {
    await endGroup(child.pid, clock);
    await drain(child, clock);
  }
  return { end: cut ?? exit, stdout: stdout(), stderr: stderr() };
}

function exitOf(child: ChildProcess): Promise<CommandEnd> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(notStarted(error)));
    child.once("exit", (code, signal) =>
      resolve(code === null ? { kind: "killed", signal: signal ?? "unknown" } : { kind: "exited", code }),
    );
  });
}

function notStarted(error: unknown): CommandEnd {
  return { kind: "not-started", code: String((error as NodeJS.ErrnoException).code ?? "UNKNOWN") };
}

/** SIGTERM for the group, and SIGKILL for what is left of it after a while. */
async function endGroup(pid: number | undefined, clock: Clock): Promise<void> {
  if (pid === undefined || !signalGroup(pid, "SIGTERM")) return;
  for (let waited = 0; waited < graceMs; waited += stepMs) {
    await clock.sleep(stepMs);
    if (!signalGroup(pid, 0)) return;
  }
  signalGroup(pid, "SIGKILL");
}

/** Signals the group. Returns true if it still had a member. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

async function drain(child: ChildProcess, clock: Clock): Promise<void> {
  const { stdout, stderr } = child;
  if (stdout?.closed !== true || stderr?.closed !== true) {
    const over = new AbortController();
    const closed = new Promise((resolve) => child.once("close", resolve));
    await Promise.race([closed, clock.sleep(drainMs, over.signal).catch(() => undefined)]);
    over.abort();
  }
  stdout?.destroy();
  stderr?.destroy();
}

function keepFirst({ stdout }: ChildProcess, maxBytes: number, onExcess: () => void): () => string {
  const parts: Buffer[] = [];
  let left = maxBytes;
  stdout?.on("data", (part: Buffer) => {
    if (left > 0) parts.push(part.subarray(0, left));
    left -= part.length;
    if (left < 0) onExcess();
  });
  return () => Buffer.concat(parts).toString();
}

function keepLast({ stderr }: ChildProcess, maxBytes: number): () => string {
  let kept = Buffer.alloc(0);
  stderr?.on("data", (part: Buffer) => {
    kept = Buffer.concat([kept, part]).subarray(-maxBytes);
  });
  return () => kept.toString();
}
