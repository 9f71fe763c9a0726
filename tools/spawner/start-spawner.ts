// The worker's side of the process that starts its programs: see `preload.ts`.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pid } from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Ended, Order, Started } from "./spawner.ts";

/** A program that the spawner has started. */
export interface Program {
  readonly pid: number;
  /** Called once, when the program has ended. */
  onEnd(ended: Ended): void;
  /** Says whether the event loop of the worker waits for the end. */
  keepAlive(isKept: boolean): void;
}

/** The spawner of this process. */
export interface Spawner {
  /** Where the pipes of a program connect to, before it is ordered. */
  readonly path: string;
  /** Starts a program and waits for its id; undefined if it could not be started. */
  order(order: Omit<Order, "number">): Program | undefined;
}

/** Starts the spawner. Orders and replies go through named pipes, on which a caller can wait without its event loop. */
export function startSpawner(): Spawner {
  const folder = mkdtempSync(join(tmpdir(), "lateen-spawner-"));
  const [orders, replies] = [join(folder, "orders"), join(folder, "replies")];
  execFileSync("mkfifo", [orders, replies]);
  // An abstract socket, which is no file; the length of its name is bounded, and that of a temporary folder is not.
  const name = `${basename(folder)}-${pid}`;
  const script = fileURLToPath(new URL("spawner.ts", import.meta.url));
  const argv = ["--max-semi-space-size=1", script, orders, replies, name];
  spawn(process.execPath, argv, { stdio: "ignore", env: {} }).unref();
  const [send, receive] = [openSync(orders, "w"), openSync(replies, "r")];
  const path = `\0${name}`;
  const endings = connect(path);
  readReply(receive);
  rmSync(folder, { recursive: true });
  return createSpawner(path, send, receive, endings);
}

function createSpawner(path: string, send: number, receive: number, endings: Socket): Spawner {
  const programs = new Map<number, Program>();
  const kept = new Set<number>();
  const wait = () => (kept.size > 0 ? endings.ref() : endings.unref());
  wait();
  createInterface({ input: endings }).on("line", (line) => {
    const ended = JSON.parse(line) as Ended;
    const program = programs.get(ended.number);
    programs.delete(ended.number);
    program?.keepAlive(false);
    program?.onEnd(ended);
  });
  let number = 0;
  return {
    path,
    order(order) {
      const own = ++number;
      writeFileSync(send, `${JSON.stringify({ ...order, number: own } satisfies Order)}\n`);
      const { pid } = readReply(receive);
      if (pid === null) return undefined;
      const program: Program = {
        pid,
        onEnd: () => undefined,
        keepAlive(isKept) {
          if (isKept && programs.has(own)) kept.add(own);
          else kept.delete(own);
          wait();
        },
      };
      programs.set(own, program);
      program.keepAlive(true);
      return program;
    },
  };
}

/** One line; a shorter one than a pipe holds comes in one piece. */
function readReply(pipe: number): Started {
  const buffer = Buffer.alloc(256);
  return JSON.parse(buffer.toString("utf8", 0, readSync(pipe, buffer))) as Started;
}
