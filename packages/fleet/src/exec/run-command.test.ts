import { mkdtemp, readFile, rm, writeFile, chmod } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@lateen/kernel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Command, createRunCommand } from "./run-command.ts";

const run = createRunCommand(systemClock);
let cwd: string;
beforeAll(async () => void (cwd = await mkdtemp(join(tmpdir(), "lateen-run-"))));
afterAll(() => rm(cwd, { recursive: true, force: true }));

function sh(script: string, more: Partial<Command> = {}): Command {
  const env = { PATH: process.env["PATH"] ?? "" };
  return { argv: ["/bin/sh", "-c", script], cwd, env, timeoutMs: 20_000, maxBytes: 1_000, onExcess: "end", ...more };
}

async function isAlive(file: string): Promise<boolean> {
  const pid = Number(await readFile(join(cwd, file), "utf8"));
  try {
    // A process that has ended and was not waited for is a zombie: over, but still there.
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    return !/\) [ZX] /.test(stat);
  } catch {
    return false;
  }
}

describe("the end of a command", () => {
  test.each([
    ["exit 0", "exit 0", { kind: "exited", code: 0 }],
    ["exit 75", "exit 75", { kind: "exited", code: 75 }],
    ["a signal", "kill -TERM $$", { kind: "killed", signal: "SIGTERM" }],
    ["a signal that cannot be caught", "kill -KILL $$", { kind: "killed", signal: "SIGKILL" }],
  ])("%s", async (_, script, end) => {
    expect((await run(sh(script))).end).toEqual(end);
  });

  test("what does not exist or may not be run was never started", async () => {
    await writeFile(join(cwd, "plain"), "not a program");
    await chmod(join(cwd, "plain"), 0o644);
    expect((await run(sh("", { argv: ["./missing"] }))).end).toEqual({ kind: "not-started", code: "ENOENT" });
    expect((await run(sh("", { argv: ["./plain"] }))).end).toEqual({ kind: "not-started", code: "EACCES" });
    expect((await run(sh("", { argv: ["a\0b"] }))).end).toMatchObject({ kind: "not-started" });
    expect((await run(sh("true", { cwd: join(cwd, "nowhere") }))).end).toMatchObject({ kind: "not-started" });
  });

  test("output, input and the last of the errors", async () => {
    const result = await run(sh("cat; echo one >&2; echo two >&2", { input: "hello" }));
    expect(result).toEqual({ end: { kind: "exited", code: 0 }, stdout: "hello", stderr: "one\ntwo\n" });
  });

  test("without input it reads an end at once, and has no terminal", async () => {
    expect((await run(sh("cat; test -t 0 || echo none"))).stdout).toBe("none\n");
  });
});

describe("limits", () => {
  test("a command that hangs is ended, also if it ignores SIGTERM, and its children with it", async () => {
    const script = "trap '' TERM; sh -c 'trap \"\" TERM; echo $$ > hung.pid; while :; do sleep 1; done' & wait";
    const { end } = await run(sh(script, { timeoutMs: 300 }));
    expect(end).toEqual({ kind: "timed-out", timeoutMs: 300 });
    expect(await isAlive("hung.pid")).toBe(false);
  });

  test("a stopped command is ended too", async () => {
    const { end } = await run(sh("kill -STOP $$", { timeoutMs: 200 }));
    expect(end).toMatchObject({ kind: "timed-out" });
  });

  test("a question that is answered without end is cut off", async () => {
    const result = await run(sh("while :; do echo yyyyyyyyyyyyyyyy; done"));
    expect(result.end).toEqual({ kind: "too-much-output", maxBytes: 1_000 });
    expect(result.stdout).toHaveLength(1_000);
  });

  test("a move that prints much is read on to its end", async () => {
    const script = "i=0; while [ $i -lt 3000 ]; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; i=$((i+1)); done; exit 4";
    const result = await run(sh(script, { onExcess: "drop" }));
    expect(result.end).toEqual({ kind: "exited", code: 4 });
    expect(result.stdout).toHaveLength(1_000);
  });

  test("a caller who gives up ends it", async () => {
    const giveUp = new AbortController();
    const running = run(sh("sleep 60"), giveUp.signal);
    setTimeout(() => giveUp.abort(), 50);
    expect((await running).end).toEqual({ kind: "interrupted" });
    expect((await run(sh("sleep 60"), giveUp.signal)).end).toEqual({ kind: "interrupted" });
  });
});

describe("what is left behind", () => {
  test("a child of the same group ends with the command", async () => {
    const script = "sh -c 'echo $$ > left.pid; exec sleep 600' & while [ ! -s left.pid ]; do :; done; exit 0";
    expect((await run(sh(script))).end).toEqual({ kind: "exited", code: 0 });
    expect(await isAlive("left.pid")).toBe(false);
  });

  test("a daemon, which starts a session of its own, stays, and its open pipes are not waited for", async () => {
    const started = Date.now();
    await run(sh("setsid sh -c 'echo $$ > daemon.pid; exec sleep 600' & while [ ! -s daemon.pid ]; do :; done"));
    expect(await isAlive("daemon.pid")).toBe(true);
    expect(Date.now() - started).toBeLessThan(15_000);
    process.kill(Number(await readFile(join(cwd, "daemon.pid"), "utf8")), "SIGKILL");
  });

  test("the environment is what was given, and nothing else", async () => {
    const result = await run(
      sh("/usr/bin/env | cut -d= -f1 | sort | tr '\\n' ' '", { env: { PATH: "/usr/bin:/bin", A: "1" } }),
    );
    expect(
      result.stdout
        .trim()
        .split(" ")
        .filter((name) => !["PWD", "OLDPWD", "SHLVL", "_"].includes(name)),
    ).toEqual(["A", "PATH"]);
  });
});
