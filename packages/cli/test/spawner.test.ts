import { execFile, spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, test } from "vitest";

// Workers start programs from a small process: `tools/spawner`. A program must not notice, nor a test.

/** What a program prints, and how it ends. */
async function run(file: string, args: readonly string[], options: SpawnOptions = {}, input = "") {
  const child = spawn(file, args, options);
  let [stdout, stderr] = ["", ""];
  child.stdout?.on("data", (data: Buffer) => (stdout += data.toString()));
  child.stderr?.on("data", (data: Buffer) => (stderr += data.toString()));
  child.stdin?.on("error", () => undefined).end(input);
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  return { code, signal, stdout, stderr, pid: child.pid, exitCode: child.exitCode };
}
const shell = (script: string, options?: SpawnOptions, input?: string) => run("sh", ["-c", script], options, input);

describe.runIf(process.platform === "linux")("a program that a test starts", () => {
  test("is a child of the spawner, if pipes are all that it needs", async () => {
    expect(Number((await shell("echo $PPID")).stdout)).not.toBe(process.pid);
    const inherits = await shell("echo $PPID", { stdio: ["ignore", "pipe", "inherit"] });
    expect(Number(inherits.stdout)).toBe(process.pid);
    const { stdout } = await shell("echo $$");
    expect(stdout).toMatch(/^\d+\n$/);
  });
  test("has the id that the test sees, its code and its output, stream by stream", async () => {
    const ran = await shell("echo $$; echo wrong >&2; exit 3");
    expect(ran).toMatchObject({ code: 3, exitCode: 3, signal: null, stdout: `${ran.pid}\n`, stderr: "wrong\n" });
  });
  test("reads what it is sent, a megabyte too, and notices the end of it", async () => {
    const text = "0123456789abcdef".repeat(65_536);
    expect((await run("cat", [], {}, text)).stdout).toBe(text);
    expect((await run("cat", [], { stdio: ["ignore", "pipe", "pipe"] })).stdout).toBe("");
  });
  test("has the environment and the folder that it is given, and the group of the worker unless it is detached", async () => {
    const cwd = realpathSync(tmpdir());
    expect((await run("/usr/bin/env", [], { env: { ONE: "a b", TWO: "ü" } })).stdout).toBe("ONE=a b\nTWO=ü\n");
    expect((await run("pwd", [], { cwd })).stdout).toBe(`${cwd}\n`);
    expect((await run("pwd", [])).stdout).toBe(`${process.cwd()}\n`);
    const group = (options: SpawnOptions) => shell("echo $$ $(ps -o pgid= -p $$)", options);
    const [own, ownGroup] = (await group({ detached: true })).stdout.trim().split(" ");
    expect(ownGroup).toBe(own);
    const [other, otherGroup] = (await group({})).stdout.trim().split(" ");
    expect(otherGroup).not.toBe(other);
  });
  test("is ended by a signal, also with its group, and is no process afterwards", async () => {
    const child = spawn("sleep", ["60"]);
    expect(child.kill("SIGTERM")).toBe(true);
    expect(await once(child, "close")).toEqual([null, "SIGTERM"]);
    expect({ killed: child.killed, again: child.kill() }).toEqual({ killed: true, again: false });
    expect(() => process.kill(child.pid ?? 0, 0)).toThrow("ESRCH");
    const group = spawn("sh", ["-c", "sleep 60 & wait"], { detached: true });
    process.kill(-(group.pid ?? 0), "SIGKILL");
    expect(await once(group, "close")).toEqual([null, "SIGKILL"]);
  });
  test("that cannot be started is Node's own error", async () => {
    const failed = (file: string, options: SpawnOptions = {}) => once(spawn(file, ["x"], options), "error");
    const [missing] = await failed("no-such-program");
    expect(missing).toMatchObject({ code: "ENOENT", syscall: "spawn no-such-program", spawnargs: ["x"] });
    expect(await failed("/etc/passwd")).toMatchObject([{ code: "EACCES" }]);
    expect(await failed("true", { cwd: "/no/such/folder" })).toMatchObject([{ code: "ENOENT" }]);
    expect(() => spawn("true", ["x".repeat(300_000)])).toThrow("E2BIG");
  });
  test("is held to the limits of execFile", async () => {
    const limited = (script: string, options: object) =>
      new Promise((resolve) => execFile("sh", ["-c", script], options, resolve));
    expect(await limited("exec sleep 60", { timeout: 50 })).toMatchObject({ killed: true, signal: "SIGTERM" });
    expect(await limited("yes", { maxBuffer: 1_000 })).toMatchObject({ code: "ERR_CHILD_PROCESS_STDIO_MAXBUFFER" });
    const stop = AbortSignal.timeout(50);
    expect(await limited("exec sleep 60", { signal: stop })).toMatchObject({ name: "AbortError" });
  });
  test("ends by itself if many are started at once", async () => {
    const all = await Promise.all(Array.from({ length: 60 }, (_, at) => shell(`cat; exit ${at}`, {}, `input ${at}`)));
    expect(all.map(({ code, stdout }) => [code, stdout])).toEqual(all.map((_, at) => [at, `input ${at}`]));
  });
});
