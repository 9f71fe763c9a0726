import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Clock } from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import type { Host, Output } from "../host.ts";
import type { ResultDocument } from "../output/result.ts";
import type { World } from "./world.ts";

/** End of a command line of the program. */
export interface Ran {
  readonly argv: readonly string[];
  readonly code: number;
  /** The result document; undefined if the program was killed. */
  readonly document: ResultDocument | undefined;
  /** Standard output. */
  readonly answer: string;
  /** Standard error. */
  readonly progress: string;
}

/** Options of a command line. */
export interface RunOptions {
  /** Next to the tokens of the world; an empty value takes one away. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with each line of progress. */
  readonly onProgress?: (line: string) => void;
  /** Makes waiting, and nothing else, this many times as fast. @default 1 */
  readonly speed?: number;
}

/** World that command lines run on. */
export interface Machine {
  readonly host: Host;
  /** The program itself; answers the exit code. */
  readonly program: (host: Host) => Promise<number>;
  /** Command line that starts the program in a process of its own. @default see {@link programOf} */
  readonly command?: ReturnType<typeof programOf> | undefined;
}

let runs = 0;

/** Runs a command line of the real program in this process, over the world: the code path of `lateen` itself. */
export async function runProgram(
  world: World,
  { host, program }: Machine,
  argv: readonly string[],
  { env = {}, onProgress, speed = 1 }: RunOptions = {},
): Promise<Ran> {
  let [answer, progress] = ["", ""];
  const file = join(world.folder, `result-${++runs}.json`);
  const out = (write: (text: string) => void): Output => ({ isTerminal: false, columns: () => 80, write });
  const code = await program({
    ...host,
    argv: [...argv, "--result-file", file],
    env: { ...environmentOf(world, host.env), ...colours(host), ...env },
    cwd: world.folder,
    clock: speed === 1 ? world.clock : hastened(world.clock, speed),
    keyboard: undefined,
    user: () => "octavia",
    onStopNow: () => undefined,
    stdout: out((text) => void (answer += text)),
    stderr: out((text) => {
      progress += text;
      onProgress?.(text);
    }),
  });
  return { argv, code, document: readDocument(file), answer, progress };
}

/** Pauses are shortened; time limits of requests are not, since what they wait for is as slow as ever. */
function hastened(machine: Clock, factor: number): Clock {
  const clock = createScaledClock({ factor, machine });
  return machine.after === undefined ? clock : { ...clock, after: machine.after };
}

/** A program that runs in a process of its own. */
export interface Started {
  readonly ended: Promise<Ran>;
  /** Resolves once its progress holds `text`, or it has ended. */
  says(text: string): Promise<void>;
  /** As the operating system kills: nothing is written, nothing is let go of. */
  kill(): void;
}

/** Starts a command line of the real program in a process of its own. */
export function startProgram(
  world: World,
  { host, command = programOf() }: Machine,
  argv: readonly string[],
  options: RunOptions = {},
): Started {
  const file = join(world.folder, `result-${++runs}.json`);
  const [start, ...before] = command;
  const child = spawn(start, [...before, ...argv, "--result-file", file], {
    cwd: world.folder,
    env: { ...environmentOf(world, host.env), ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [answer, progress] = ["", ""];
  const waiting = new Set<() => void>();
  const wake = (): void => waiting.forEach((look) => look());
  child.stdout.on("data", (data: Buffer) => (answer += data.toString()));
  child.stderr.on("data", (data: Buffer) => {
    progress += data.toString();
    options.onProgress?.(data.toString());
    wake();
  });
  let isOver = false;
  const ended = once(child, "close").then(([code]) => {
    isOver = true;
    wake();
    return { argv, code: typeof code === "number" ? code : 137, document: readDocument(file), answer, progress };
  });
  return {
    ended,
    kill: () => void child.kill("SIGKILL"),
    says: (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!isOver && !progress.includes(text)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Program that starts lateen from elsewhere: in a checkout `bin/lateen`, else the published file, which this one is in the single file. */
export function programOf(): readonly [program: string, ...argv: string[]] {
  const [inCheckout = "", published = ""] = ["../../../../bin/lateen", "../main.js"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  if (existsSync(inCheckout)) return [inCheckout];
  return [process.execPath, existsSync(published) ? published : fileURLToPath(import.meta.url)];
}

/** Output at a terminal has its colours, although it is shown line by line. */
function colours({ env, stderr }: Pick<Host, "env" | "stderr">): Record<string, string> {
  const isPlain = !stderr.isTerminal || env["TERM"] === "dumb" || (env["NO_COLOR"] ?? "") !== "";
  return isPlain ? {} : { LATEEN_COLOR: "always" };
}

/** Nothing of the machine leaks in: no commit of a surrounding job, no credentials of its owner. */
function environmentOf(world: World, ambient: Host["env"]): Record<string, string> {
  const kept = ["PATH", "SystemRoot", "TERM", "NO_COLOR", "FORCE_COLOR", "NODE_COMPILE_CACHE"];
  const passed = kept.flatMap((name) => (ambient[name] === undefined ? [] : [[name, ambient[name]] as const]));
  return { ...Object.fromEntries(passed), HOME: world.folder, USER: "octavia", ...world.env };
}

function readDocument(file: string): ResultDocument | undefined {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, "utf8");
  return text === "" ? undefined : (JSON.parse(text) as ResultDocument);
}
