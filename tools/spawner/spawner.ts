// The process that starts programs for a test worker: see `preload.ts`.
import { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { openSync, writeSync } from "node:fs";
import { createServer, Socket } from "node:net";
import { createInterface } from "node:readline";

/** A program to start. Its pipes are the newest connections of the worker, in the order of its standard streams. */
export interface Order {
  readonly number: number;
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly envPairs: readonly string[];
  readonly stdio: readonly ("pipe" | "ignore")[];
  readonly isDetached: boolean;
}

/** The id of the program, or null if it could not be started. */
export interface Started {
  readonly pid: number | null;
}

/** A program that has ended, by the number of its order. */
export interface Ended {
  readonly number: number;
  readonly code: number | null;
  readonly signal: string | null;
}

const [orders = "", replies = "", name = ""] = process.argv.slice(2);

const connections: Socket[] = [];
const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => connections.push(socket));
server.listen(`\0${name}`);

const input = new Socket({ fd: openSync(orders, "r"), readable: true, writable: false });
const output = openSync(replies, "w");
// The first connection stays open for what has ended. Without the worker there is nothing left to do.
const endings = await nextConnection();
endings.on("error", () => process.exit());
input.on("close", () => process.exit());
reply({ pid: process.pid });

for await (const line of createInterface({ input })) {
  const order = JSON.parse(line) as Order;
  const stdio: (Socket | "ignore")[] = [];
  for (const kind of order.stdio) stdio.push(kind === "pipe" ? await nextConnection() : kind);
  reply({ pid: await start(order, stdio) });
  for (const stream of stdio) if (stream !== "ignore") stream.destroy();
}

/** Starts a program; null if the system refuses. */
async function start(order: Order, stdio: readonly (Socket | "ignore")[]): Promise<number | null> {
  const child = new ChildProcess();
  const { number } = order;
  try {
    (child as unknown as { spawn(options: object): unknown }).spawn({ ...order, stdio, detached: order.isDetached });
  } catch {
    return null;
  }
  child.on("error", () => undefined);
  child.on("exit", (code, signal) => {
    const ended: Ended = { number, code, signal };
    endings.write(`${JSON.stringify(ended)}\n`);
  });
  return child.pid ?? null;
}

async function nextConnection(): Promise<Socket> {
  while (connections.length === 0) await once(server, "connection");
  return connections.shift() as Socket;
}

function reply(started: Started): void {
  writeSync(output, `${JSON.stringify(started)}\n`);
}
