export interface GitCall {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Text for standard input, which is closed otherwise. */
  readonly input?: string | undefined;
  /** Longest standard output in bytes; more ends the program. */
  readonly maxBytes: number;
  /** Ends the program, and rejects with the signal's reason. */
  readonly signal: AbortSignal;
}

/** The result of a call; `code` is null if the program was killed. */
export interface GitOutput {
  readonly code: number | null;
  readonly stdout: Buffer;
  /** The first 16 KiB. */
  readonly stderr: string;
}

/** Runs git once. Rejects if it cannot be started (`ENOENT`), and with the signal's reason. */
export type GitRunner = (call: GitCall) => Promise<GitOutput>;

/** The {@link GitRunner} of the machine: no shell, no terminal. */
export const runGit: GitRunner = async ({ args, cwd, env, input, maxBytes, signal }) => {
  const { spawn } = await import("node:child_process");
  signal.throwIfAborted();
  const stdio = [input === undefined ? "ignore" : "pipe", "pipe", "pipe"] as const;
  // A session of its own: there is no terminal to ask on, Ctrl-C does not cut a push in two, and git's helpers end with it.
  const child = spawn("git", args, { cwd, env, detached: true, stdio: [...stdio] });
  const kill = () => killGroup(child.pid);
  signal.addEventListener("abort", kill, { once: true });
  const stdout = collect(child.stdout, maxBytes, kill);
  const stderr = collect(child.stderr, 16_384, () => undefined);
  child.stdin?.on("error", () => undefined).end(input);
  const ended = new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  const code = await ended.finally(() => signal.removeEventListener("abort", kill));
  signal.throwIfAborted();
  return { code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() };
};

/** Keeps at most `max` bytes, and reads on, so that the program is not blocked. */
function collect(stream: NodeJS.ReadableStream | null, max: number, onExcess: () => void): Buffer[] {
  const parts: Buffer[] = [];
  let left = max;
  stream?.on("data", (part: Buffer) => {
    if (left > 0) parts.push(part.subarray(0, left));
    left -= part.length;
    if (left < 0) onExcess();
  });
  return parts;
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
