import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ReleaseError, systemClock } from "@lateen/kernel";
import { runCli } from "../src/cli.ts";
import { outcomesOf } from "../src/commands/outcomes.table.ts";
import type { Host, Keyboard } from "../src/host.ts";
import { machineFiles } from "../src/io/files.ts";
import { bundled } from "./bundled-programs.ts";

/** Exit code and output of a run. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The one JSON document on standard output. */
  json(): Record<string, unknown> & { outcome: string; reason: string };
}

/** Folder, environment and terminal of a run. */
export interface RunOptions {
  readonly cwd: string;
  /** Nothing of this process's environment leaks in but PATH. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly keyboard?: Keyboard;
  /** Factor by which every pause is shortened; the hours stay as they are. @default 1 */
  readonly haste?: number;
  /** Makes standard error a terminal of this width. */
  readonly columns?: number;
  /** Makes standard output a terminal of this width. */
  readonly answerColumns?: number;
  /** The folder of the package. @default that of this checkout */
  readonly home?: string;
  /** @default "0.0.0" */
  readonly version?: string;
  /** What a process is started from: the program's source, as `bin/lateen` does, or the bundle of it. @default "bundle" */
  readonly from?: "source" | "bundle";
  /** Version of Node. @default the one that runs the tests */
  readonly node?: string;
  /** Called for `q` at the keyboard. */
  readonly onInterrupt?: () => void;
  /** Called with what is written to standard output as it is written. */
  readonly onAnswer?: (text: string) => void;
  /** Called with every line of standard error as it is written. */
  readonly onProgress?: (line: string) => void;
}

/** The root of the repository. */
export const root: string = fileURLToPath(new URL("../../..", import.meta.url));

/** Runs the program within this process, over a host of its own: a hundred times quicker than starting Node. */
export async function runHere(argv: readonly string[], options: RunOptions): Promise<Ran> {
  let [stdout, stderr] = ["", ""];
  const signal = options.signal ?? new AbortController().signal;
  const host: Host = {
    argv,
    env: { PATH: process.env["PATH"], HOME: options.cwd, ...options.env },
    cwd: options.cwd,
    clock: { now: systemClock.now, sleep: (ms, stop) => systemClock.sleep(shortened(ms, options.haste), stop) },
    files: machineFiles,
    user: () => "tester",
    version: () => options.version ?? "0.0.0",
    home: options.home ?? `${root}/packages/cli`,
    node: options.node ?? process.versions.node,
    stdout: {
      write: (text) => (options.onAnswer?.(text), void (stdout += text)),
      isTerminal: options.answerColumns !== undefined,
      columns: () => options.answerColumns ?? 80,
    },
    stderr: {
      write: (text) => (options.onProgress?.(text), void (stderr += text)),
      isTerminal: options.columns !== undefined,
      columns: () => options.columns ?? 80,
    },
    keyboard: options.keyboard,
    signal,
    interrupt: () => options.onInterrupt?.(),
    interruptedBy: () => (signal.aborted ? 130 : undefined),
    onStopNow: () => undefined,
  };
  const code = await runCli(host);
  if (argv.includes("--json")) checkOutcome(stdout);
  return ran(code, stdout, stderr);
}

const stops: ReadonlySet<string | undefined> = new Set(
  "deferred superseded held refused unknown halted partial error".split(" "),
);

/** Every outcome that any test meets is one that the help of its command names, and every stop has its code. */
function checkOutcome(stdout: string): void {
  const { command, outcome, code, error } = JSON.parse(stdout) as Record<string, string | undefined>;
  if (stops.has(outcome) && !/^[A-Z][A-Z0-9_]*$/.test(code ?? ""))
    throw new Error(`${command} ended ${outcome} without a code`);
  const own: readonly (string | undefined)[] = outcomesOf[command ?? ""] ?? [];
  if (error === undefined && !own.includes(outcome))
    throw new Error(`the help of ${command} does not say that it may end ${outcome}: add it to outcomes.table.ts`);
}

/** A wait of ten seconds or more is a deadline of a request, and a busy machine needs a few of them for an answer from loopback. */
function shortened(ms: number, haste = 1): number {
  return Math.min(ms, ms / haste + (ms < 10_000 ? 0 : 3_000));
}

/** The abort reason that the program gives to a first SIGINT. */
export function interruption(): ReleaseError {
  return new ReleaseError({ code: "INTERRUPTED", category: "interrupted", message: "interrupted by SIGINT" });
}

/** The program, running in a process of its own. */
export interface Started {
  readonly ended: Promise<Ran>;
  kill(signal: NodeJS.Signals): void;
  /** Resolves once standard error holds `text`. */
  says(text: string): Promise<void>;
}

/** Starts the program in a process of its own. */
export function startLateen(argv: readonly string[], options: RunOptions): Started {
  const [start, ...before] = options.from === "source" ? [`${root}/bin/lateen`] : bundled("lateen");
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(start, [...before, ...argv], {
    cwd: options.cwd,
    env: { PATH, NODE_COMPILE_CACHE, HOME: options.cwd, ...options.env },
  });
  let [stdout, stderr] = ["", ""];
  const listeners = new Set<() => void>();
  child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
  child.stderr.on("data", (data: Buffer) => {
    stderr += data.toString();
    for (const listener of listeners) listener();
  });
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve(ran(code ?? -1, stdout, signal === null ? stderr : `${stderr}(ended by ${signal})`)),
    );
  });
  return {
    ended,
    kill: (signal) => void child.kill(signal),
    says: (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!stderr.includes(text)) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
      }),
  };
}

/** Runs the program in a process of its own to its end. */
export function runLateen(argv: readonly string[], options: RunOptions): Promise<Ran> {
  return startLateen(argv, options).ended;
}

function ran(code: number, stdout: string, stderr: string): Ran {
  return { code, stdout, stderr, json: () => JSON.parse(stdout) as ReturnType<Ran["json"]> };
}
