import { existsSync } from "node:fs";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFakeClock } from "@lateen/kernel/testing";
import { type GitCall, runGit } from "./git/run-git.ts";
import { causeOf, createGitLogWorld, env, foundIn, type GitLogWorld, headOf, ref } from "./testing/git-log-world.ts";

let world: GitLogWorld;

beforeEach(async () => {
  world = await createGitLogWorld();
});
afterEach(async () => {
  expect(await world.leftovers(), "scratch repositories left behind").toEqual([]);
  await world.close();
});

describe("trouble", () => {
  test("an unreachable remote is unknown", async () => {
    const cause = causeOf(await world.open({ remote: "http://127.0.0.1:1/core.git" }).read());
    expect(cause).toMatchObject({ code: "GIT_UNREACHABLE", category: "unavailable" });
  });

  test("a remote that never answers is given up after the deadline, and git is gone", async () => {
    // On a busy machine git may be killed before it has connected: then there is no connection that could stay open.
    const closed: Promise<unknown>[] = [];
    const silent = createServer((socket) => {
      closed.push(new Promise((resolve) => socket.on("close", resolve).resume()));
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    const cause = causeOf(await world.open({ remote: `http://127.0.0.1:${port}/core.git`, deadlineMs: 1_000 }).read());
    expect(cause).toMatchObject({ code: "GIT_TIMEOUT", category: "unavailable" });
    await Promise.all(closed);
    await new Promise((resolve) => silent.close(resolve));
  });

  test("an abort is thrown by a read, and by an append that has not pushed", async () => {
    const aborted = AbortSignal.abort(new Error("enough"));
    // With the version of git known, nothing but the push itself would notice the signal.
    await world.open().read();
    await expect(world.open().read(aborted)).rejects.toMatchObject({ code: "INTERRUPTED", category: "interrupted" });
    await expect(world.open().append(null, { subject: "1", value: 1 }, aborted)).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
  });

  test("an abort in the middle of a push is unknown, since the push may land", async () => {
    const controller = new AbortController();
    const git = async (call: GitCall) => {
      const output = await runGit(call);
      if (call.args[0] !== "push") return output;
      controller.abort();
      throw controller.signal.reason;
    };
    const answer = await world.open({ git }).append(null, { subject: "1", value: 1 }, controller.signal);
    expect(causeOf(answer).category).toBe("interrupted");
    expect(foundIn(await world.open().read()).position).toBe(1);
  });

  test("a push that a hook of the server declines is named as such and changes nothing", async () => {
    await mkdir(join(world.repository.path, "hooks"));
    const hook = join(world.repository.path, "hooks", "pre-receive");
    await writeFile(hook, "#!/bin/sh\nexit 1\n");
    await chmod(hook, 0o755);
    const cause = causeOf(
      await world.open({ clock: createFakeClock({ auto: true }) }).append(null, { subject: "1", value: 1 }),
    );
    expect(cause).toMatchObject({ code: "GIT_PUSH_REFUSED", category: "state" });
    expect(cause.message).toContain("hook declined");
  });

  test("a missing git and an old git are named, with what to install", async () => {
    const cause = causeOf(await world.open({ env: { PATH: world.workDir } }).read());
    expect(cause).toMatchObject({ code: "GIT_MISSING", fix: expect.stringContaining("2.31") as string });
    const old = async () => ({ code: 0, stdout: Buffer.from("git version 2.25.1\n"), stderr: "" });
    expect(causeOf(await world.open({ git: old }).read()).code).toBe("GIT_TOO_OLD");
  });

  test("a folder that cannot be written to is named", async () => {
    const cause = causeOf(await world.open({ workDir: join(world.workDir, "missing") }).read());
    expect(cause).toMatchObject({ code: "GIT_SCRATCH_FAILED", category: "state" });
  });

  test("more output than is read ends git", async () => {
    const signal = new AbortController().signal;
    const output = await runGit({
      args: ["help", "-a"],
      cwd: world.workDir,
      env: { PATH: env.PATH ?? "" },
      maxBytes: 100,
      signal,
    });
    expect(output.stdout.length).toBe(100);
  });

  test("an answer that is longer than is read is named as that, and its beginning is not taken for the log", async () => {
    await world.open().append(null, { subject: "1", value: 1 });
    // Ends with 0 after as much as is read: what was cut off is no error of git's.
    const endless = async (bytes: string) => {
      const program = join(world.workDir, "git");
      const real = `PATH='${env.PATH}'; [ "$1" != cat-file ] || { head -c ${bytes} /dev/zero; exit 0; }; exec git "$@"`;
      await writeFile(program, `#!/bin/sh\n${real}\n`);
      await chmod(program, 0o755);
      const read = await world.open({ env: { PATH: `${world.workDir}:${env.PATH}` } }).read();
      await rm(program);
      return causeOf(read);
    };
    for (const bytes of ["67108864", "1000000000"])
      expect(await endless(bytes)).toMatchObject({ code: "GIT_ANSWER_TOO_LARGE", category: "state" });
    expect((await endless("1000")).code).not.toBe("GIT_ANSWER_TOO_LARGE");
  });

  test("a git that something else ended is no remote that does not answer", async () => {
    const killed = async (call: GitCall) =>
      call.args[0] === "version" ? runGit(call) : { code: null, stdout: Buffer.alloc(0), stderr: "" };
    expect(causeOf(await world.open({ git: killed }).read())).toMatchObject({
      code: "GIT_UNREACHABLE",
      message: expect.stringContaining("a signal") as string,
      fix: expect.stringContaining("memory") as string,
    });
  });

  test("works without an environment, and takes nothing else from the one that is given", async () => {
    const hostile = {
      ...env,
      GIT_DIR: "/nonexistent",
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "alias.version",
      GIT_CONFIG_VALUE_0: "!false",
      GIT_OBJECT_DIRECTORY: "/nonexistent/objects",
      GIT_SSH_COMMAND: "false",
      HOME: "/nonexistent",
    };
    for (const given of [undefined, {}, hostile]) {
      const id = headOf(await world.open({ env: given }).append(null, { subject: "1", value: 1 })).id;
      expect(foundIn(await world.open({ env: given }).read()).id).toBe(id);
      await world.repository.setRef(ref, null);
    }
  });

  test("hostile text stays text", async () => {
    const marker = join(world.workDir, "..", `lateen-marker-${process.pid}`);
    const draft = {
      subject: `--amend \u001b[31m$(touch ${marker})\nforged: yes`,
      body: "a\u202e\r\n-m x",
      value: `$(touch ${marker})`,
    };
    headOf(await world.open().append(null, draft));
    expect(existsSync(marker)).toBe(false);
    expect(await world.repository.git("log", "--format=%B", ref)).toBe(
      `--amend  [31m$(touch ${marker}) forged: yes\n\na\\u{202e}\n-m x\n\n`,
    );
  });
});
