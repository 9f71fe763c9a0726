// Has the programs of a test worker started by a small process.
//
// Node starts a program with fork(2), which copies the page tables of the caller, which waits for it: 1.5 ms for a process of 50 MB,
// 9 ms for one of 150, 35 ms for one of 350, 120 ms for one of 650 (measured November 2026 in a virtual machine of two cores). A worker
// holds the modules of all packages and starts thousands of programs, most of them git. The programs and their standard streams are as
// they are without this; only their parent is another process.
import { AsyncResource } from "node:async_hooks";
import { ChildProcess } from "node:child_process";
import { startSpawner, type Program } from "./start-spawner.ts";

/** The native half of a `ChildProcess`. Source: Node's lib/internal/child_process.js. */
interface Handle {
  pid: number;
  spawn(...call: Call): number;
  kill(signal: number): number;
  ref(): void;
  unref(): void;
  onexit(code: number, signal: string): void;
}
type Call = [
  file: string,
  args: readonly string[],
  cwd: string | undefined,
  envPairs: readonly string[],
  stdio: readonly Stream[],
  flags: number,
  uid?: number,
  gid?: number,
];
/** One standard stream; `handle` is the worker's end of a pipe. */
interface Stream {
  readonly type: string;
  readonly ipc?: boolean;
  handle?: PipeHandle;
}
interface PipeHandle {
  connect(request: object, path: string): number;
  close(): void;
}
interface PipeBinding {
  readonly Pipe: new (kind: number) => PipeHandle;
  readonly PipeConnectWrap: new () => object;
  readonly constants: { readonly SOCKET: number };
}

const internals = process as unknown as { binding(name: "pipe_wrap"): PipeBinding };
const { Pipe, PipeConnectWrap, constants } = internals.binding("pipe_wrap");
const detachedFlag = 1;

const spawner = startSpawner();
const { _handle: sample } = new ChildProcess() as unknown as { readonly _handle: Handle };
const native = Object.getPrototypeOf(sample) as Handle;
const spawnHere = native.spawn;

native.spawn = function spawnThere(this: Handle, ...call: Call): number {
  const [file, args, cwd, envPairs, stdio, flags, uid, gid] = call;
  const isPlain = stdio.length === 3 && stdio.every(({ type, ipc }) => !ipc && (type === "pipe" || type === "ignore"));
  // Inherited streams, messages and another user are the worker's own.
  if (!isPlain || uid !== undefined || gid !== undefined) return spawnHere.apply(this, call);
  const pipes = stdio.filter(({ type }) => type === "pipe");
  for (const { handle } of pipes) {
    handle?.connect(Object.assign(new PipeConnectWrap(), { oncomplete: () => undefined }), spawner.path);
  }
  const program = spawner.order({
    file,
    args,
    cwd: cwd ?? process.cwd(),
    envPairs,
    stdio: stdio.map(({ type }) => (type === "pipe" ? "pipe" : "ignore")),
    isDetached: (flags & detachedFlag) !== 0,
  });
  if (program !== undefined) return represent(this, program);
  // A program that cannot be started is tried again here, for the error that Node makes of it.
  for (const pipe of pipes) {
    pipe.handle?.close();
    pipe.handle = new Pipe(constants.SOCKET);
  }
  return spawnHere.apply(this, call);
};

/** Makes `handle` that of a program of the spawner. */
function represent(handle: Handle, program: Program): number {
  const { pid } = program;
  program.onEnd = AsyncResource.bind(({ code, signal }) => handle.onexit(code ?? 0, signal ?? ""));
  handle.pid = pid;
  handle.ref = () => program.keepAlive(true);
  handle.unref = () => program.keepAlive(false);
  handle.kill = (signal) => {
    try {
      process.kill(pid, signal);
      return 0;
    } catch (error) {
      return (error as NodeJS.ErrnoException).errno ?? -1;
    }
  };
  return 0;
}
