#!/usr/bin/env node
import { userInfo } from "node:os";
import type { WriteStream } from "node:tty";
import { fileURLToPath } from "node:url";
import { systemClock } from "@lateen/kernel";
import { runCli } from "./cli.ts";
import type { Host, Keyboard, Output } from "./host.ts";
import { isInBackground } from "./io/background.ts";
import { machineFiles } from "./io/files.ts";
import { cliError } from "./config/errors.ts";

// The only file of the program that touches the process.

const stop = new AbortController();
let interruptedBy: 130 | 143 | undefined;
let lastWords = (): void => undefined;
let reportCrash = async (error: unknown): Promise<number> => {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
};
let lostAnswer: NodeJS.ErrnoException | undefined;

function onSignal(name: "SIGINT" | "SIGTERM", by: string = name): void {
  const code = name === "SIGINT" ? 130 : 143;
  if (interruptedBy !== undefined) {
    lastWords();
    process.exit(code);
  }
  interruptedBy = code;
  stop.abort(
    cliError("INTERRUPTED", "interrupted", {
      message: `interrupted by ${by}`,
      fix: "run the same command again: what was begun is observed first",
    }),
  );
}

function outputOf(stream: WriteStream): Output {
  // A reader that went away (`lateen … | head`) must not turn a finished release into a failure; a lost answer must be said.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && stream === process.stdout) lostAnswer = error;
  });
  return {
    write: (text) => void (stream.writable && stream.write(text)),
    // From the background nothing is redrawn: another writer is typing below.
    isTerminal: stream.isTTY === true && !isInBackground(machineFiles),
    columns: () => stream.columns || 80,
    rows: () => stream.rows || 24,
  };
}

function keyboardOf(): Keyboard | undefined {
  // In this order: a job has no terminal, and opening standard input costs a start-up 1 ms (measured 2026-11-21).
  if (process.stderr.isTTY !== true || process.stdin.isTTY !== true) return undefined;
  return {
    async ask(prompt, signal) {
      const { createInterface } = await import("node:readline/promises");
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      // The line editor takes Ctrl-C for itself, and the end of input (Ctrl-D) answers no question.
      lines.on("SIGINT", () => onSignal("SIGINT", "Ctrl-C"));
      const closed = new Promise<string>((resolve) => lines.once("close", () => resolve("\u0004")));
      try {
        const answer = await Promise.race([lines.question(prompt, { signal }), closed]);
        if (answer === "\u0004") process.stderr.write("\n");
        return answer;
      } catch (error) {
        throw stop.signal.aborted ? stop.signal.reason : error;
      } finally {
        lines.close();
      }
    },
    listen(onKey) {
      if (isInBackground(machineFiles)) return () => undefined;
      const listener = (data: Buffer): void => onKey(data.toString("utf8"));
      // A question before has left it paused, and a listener alone does not wake it.
      process.stdin.setRawMode(true).on("data", listener).resume().unref();
      return () => void process.stdin.setRawMode(false).off("data", listener).pause();
    },
  };
}

/** A container may run as a number that no user has. */
function userName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

// Node would print the line of the bundle that threw, and the message after it.
process.on("uncaughtException", (error) => {
  void reportCrash(error)
    .catch(() => 1)
    .then((code) => process.exit(code));
});
process.on("SIGINT", () => onSignal("SIGINT"));
process.on("SIGTERM", () => onSignal("SIGTERM"));

const host: Host = {
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  clock: systemClock,
  files: machineFiles,
  user: userName,
  version: () =>
    (JSON.parse(machineFiles.read(fileURLToPath(new URL("../package.json", import.meta.url)))) as { version: string })
      .version,
  home: fileURLToPath(new URL("..", import.meta.url)),
  node: process.versions.node,
  stdout: outputOf(process.stdout),
  stderr: outputOf(process.stderr),
  keyboard: keyboardOf(),
  signal: stop.signal,
  interrupt: (key) => onSignal("SIGINT", key),
  interruptedBy: () => interruptedBy,
  onStopNow: (last) => {
    lastWords = last;
  },
  onCrash: (report) => {
    reportCrash = report;
  },
};

process.exitCode = await runCli(host);
// Open sockets of connection pools must not keep a finished program alive; what was written is flushed first.
await Promise.all(
  [process.stdout, process.stderr].map(
    (stream) => new Promise<void>((done) => (stream.writable ? stream.write("", () => done()) : done())),
  ),
);
if (lostAnswer !== undefined) {
  process.stderr.write(`error: the answer could not be written: ${lostAnswer.message}\n`);
  process.exitCode ||= 4;
}
process.exit();
