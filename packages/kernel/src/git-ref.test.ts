import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { type Appended, createGitRefLog, type GitRefLog, type GitRefLogOptions } from "./git-ref.ts";
import type { LogEntry } from "./git-ref/log-entry.ts";
import { type GitCall, runGit } from "./git-ref/run-git.ts";
import type { Reading } from "./reading.ts";
import type { ReleaseError } from "./release-error.ts";
import { secret } from "./secret.ts";
import { createFakeClock } from "./testing/fake-clock.ts";
import { type GitFault, type GitHttpServer, type GitRequest, startGitHttpServer } from "./testing/git-http-server.ts";
import { createGitRepository, type GitRepository } from "./testing/git-repository.ts";
import { startScriptedServer } from "./testing/scripted-server.ts";

const ref = "refs/lateen/latest";
const token = secret("s3cr3t-t0ken/with+signs");
const env = { PATH: process.env["PATH"] };

let repository: GitRepository;
let workDir: string;
const closers: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  repository = await createGitRepository();
  workDir = await mkdtemp(join(tmpdir(), "lateen-work-"));
});
afterEach(async () => {
  expect(await readdir(workDir), "scratch repositories left behind").toEqual([]);
  for (const close of closers.splice(0)) await close();
  await repository.close();
  await rm(workDir, { recursive: true });
});

const open = (more: Partial<GitRefLogOptions> = {}): GitRefLog =>
  createGitRefLog({ remote: repository.path, ref, env, workDir, ...more });

const foundIn = <T>(reading: Reading<T>): T => {
  if (reading.kind !== "found") throw new Error(`not found: ${JSON.stringify(reading)}`, { cause: reading });
  return reading.value;
};
const headOf = (appended: Appended): LogEntry => {
  if (appended.kind !== "appended") throw new Error(`not appended: ${JSON.stringify(appended)}`, { cause: appended });
  return appended.head;
};
const causeOf = (answer: Reading<unknown> | Appended): ReleaseError => {
  if (answer.kind !== "unknown") throw new Error(`not unknown: ${JSON.stringify(answer)}`);
  return answer.cause;
};
const everythingOf = (error: ReleaseError): string =>
  [error.message, error.why, error.fix, String(error.cause), error.stack].join("\n");

describe("a log on disk", () => {
  test("is absent, with proof, before the first entry", async () => {
    expect(await open().read()).toEqual({ kind: "absent", proof: `${repository.path} answered and has no ${ref}` });
  });

  test("keeps what was appended, in order, each entry in a commit of its own and none before the first", async () => {
    const clock = createFakeClock({ now: Date.UTC(2026, 2, 4, 5, 6, 7, 890) });
    const log = open({ clock, author: { name: "Ada <x>", email: "ada@example.com" } });
    const first = headOf(await log.append(null, { subject: "promote 1", body: "by ada\nrun 7", value: { n: 1 } }));
    expect(first).toMatchObject({ position: 1, at: "2026-03-04T05:06:07.000Z", value: { n: 1 } });
    const second = headOf(await log.append(first.id, { subject: "promote 2", value: ["ü"] }));

    expect(foundIn(await log.read())).toEqual(second);
    expect(foundIn(await log.entries({ limit: 10 }))).toEqual([second, first]);
    expect(foundIn(await log.entries({ limit: 1 }))).toEqual([second]);
    expect(await repository.git("log", "--format=%an <%ae>|%s|%b", ref)).toBe(
      "Ada x <ada@example.com>|promote 2|\nAda x <ada@example.com>|promote 1|by ada\nrun 7\n\n",
    );
    const file = JSON.parse(await repository.git("show", `${ref}:entry.json`)) as Record<string, unknown>;
    expect(file).toMatchObject({ schemaVersion: 1, position: 2, value: ["ü"] });
  });

  test("takes a file: address too, and lives beside other refs", async () => {
    await repository.commit({ message: "trunk" });
    await repository.setRef(`refs/other/${ref}`, (await repository.head("refs/heads/main")) ?? null);
    const log = open({ remote: repository.url });
    expect(await log.read()).toMatchObject({ kind: "absent" });
    const { id } = headOf(await log.append(null, { subject: "one", value: 1 }));
    expect(await repository.head(ref)).toBe(id);
  });

  test("refuses an append after an entry that is no longer the head, or before one that exists", async () => {
    const log = open();
    const first = headOf(await log.append(null, { subject: "1", value: 1 }));
    const second = headOf(await log.append(first.id, { subject: "2", value: 2 }));
    expect(await log.append(first.id, { subject: "late", value: 3 })).toEqual({ kind: "lost", head: second });
    expect(await log.append(null, { subject: "late", value: 3 })).toEqual({ kind: "lost", head: second });
    expect(foundIn(await log.entries({ limit: 9 }))).toHaveLength(2);
  });

  test("says that the log is gone rather than starting it anew", async () => {
    const log = open();
    const { id } = headOf(await log.append(null, { subject: "1", value: 1 }));
    await repository.setRef(ref, null);
    const cause = causeOf(await log.append(id, { subject: "2", value: 2 }));
    expect(cause).toMatchObject({ code: "GIT_REF_VANISHED", category: "state" });
    expect(await repository.head(ref)).toBeUndefined();
  });

  test("of two that append at the same time exactly one wins, twenty times over", async () => {
    let expected: string | null = null;
    for (let round = 1; round <= 20; round++) {
      const draft = { subject: `round ${round}`, value: round };
      const [a, b]: Appended[] = await Promise.all([open().append(expected, draft), open().append(expected, draft)]);
      const winner: Appended | undefined = [a, b].find((answer) => answer?.kind === "appended");
      const loser = [a, b].find((answer) => answer?.kind === "lost");
      expect(winner?.kind).toBe("appended");
      expect(loser).toEqual({ kind: "lost", head: winner?.kind === "appended" ? winner.head : undefined });
      expected = winner?.kind === "appended" ? winner.head.id : null;
    }
    const entries = foundIn(await open().entries({ limit: 100 }));
    expect(entries.map(({ value }) => value)).toEqual(Array.from({ length: 20 }, (_, at) => 20 - at));
  }, 60_000);
});

describe("what is not an entry", () => {
  const plain = { "entry.json": '{"schemaVersion":1,"position":1,"value":1}' };
  test.each([
    ["somebody's commit", { "README.md": "hello" }],
    ["an entry file that is not JSON", { "entry.json": "{" }],
    ["JSON that is not an object", { "entry.json": "null" }],
    ["a newer schema", { "entry.json": '{"schemaVersion":2,"position":1,"value":1}' }],
    ["a position that its parents belie", { "entry.json": '{"schemaVersion":1,"position":2,"value":1}' }],
    ["a position that is no number", { "entry.json": '{"schemaVersion":1,"position":"1","value":1}' }],
    ["a position of zero", { "entry.json": '{"schemaVersion":1,"position":0,"value":1}' }],
    ["a folder in place of the file", { "entry.json/x": "1" }],
  ])("%s makes the log unknown, and is not built upon", async (_, files) => {
    const id = await repository.commit({ message: "foreign", files });
    await repository.setRef(ref, id);
    expect(causeOf(await open().read())).toMatchObject({ code: "GIT_ENTRY_FOREIGN", category: "state" });
    expect(causeOf(await open().append(id, { subject: "x", value: 1 })).code).toBe("GIT_ENTRY_FOREIGN");
    expect(causeOf(await open().append(null, { subject: "x", value: 1 })).code).toBe("GIT_ENTRY_FOREIGN");
    expect(await repository.head(ref)).toBe(id);
  });

  test("the table above is refused for its content: a plain entry written by hand is read", async () => {
    await repository.setRef(ref, await repository.commit({ message: "by hand", files: plain }));
    expect(foundIn(await open().read())).toMatchObject({ position: 1, value: 1 });
  });

  test("a gap in the positions makes the entries unknown", async () => {
    await repository.commit({ message: "1", files: plain });
    const third = await repository.commit({
      message: "3",
      files: { "entry.json": '{"schemaVersion":1,"position":3}' },
    });
    await repository.setRef(ref, third);
    expect(causeOf(await open().entries({ limit: 5 })).code).toBe("GIT_ENTRY_FOREIGN");
  });

  test("a ref on a blob makes the log unknown", async () => {
    await repository.commit({ message: "x", files: { a: "b" } });
    await repository.git("update-ref", ref, (await repository.git("rev-parse", "main:a")).trim());
    expect(causeOf(await open().read()).code).toBe("GIT_ENTRY_FOREIGN");
  });
});

describe("a log over HTTP", () => {
  let fault: ((request: GitRequest) => GitFault | undefined) | undefined;
  let server: GitHttpServer;

  beforeEach(async () => {
    fault = undefined;
    server = await startGitHttpServer({
      root: repository.root,
      credentials: { username: "x-access-token", password: token.reveal() },
      fault: (request) => fault?.(request),
    });
    closers.push(() => server.close());
  });
  const openHttp = (more: Partial<GitRefLogOptions> = {}) => open({ remote: `${server.url}/core.git`, token, ...more });

  test("reads and appends with a token, and two writers are kept apart", async () => {
    expect(await openHttp().read()).toEqual({
      kind: "absent",
      proof: `${server.url}/core.git answered and has no ${ref}`,
    });
    const first = headOf(await openHttp().append(null, { subject: "1", value: 1 }));
    const answers = await Promise.all([1, 2].map((n) => openHttp().append(first.id, { subject: "2", value: n })));
    expect(answers.map(({ kind }) => kind).toSorted()).toEqual(["appended", "lost"]);
    expect(foundIn(await openHttp().entries({ limit: 5 }))).toHaveLength(2);
  });

  test.each([
    ["a wrong token", secret("wrong")],
    ["no token", undefined],
  ])("%s is an auth error without a prompt", async (_, given) => {
    const cause = causeOf(await openHttp({ token: given }).read());
    expect(cause).toMatchObject({ code: "GIT_AUTH", category: "auth", retryable: false });
    expect(causeOf(await openHttp({ token: given }).append(null, { subject: "1", value: 1 })).category).toBe("auth");
    expect(await repository.head(ref)).toBeUndefined();
  });

  test("a token that may read but not write is an auth error, and nothing is sent twice", async () => {
    fault = ({ path }) => (path.includes("git-receive-pack") ? { status: 403 } : undefined);
    expect(causeOf(await openHttp().append(null, { subject: "1", value: 1 })).category).toBe("auth");
    expect(server.requests.filter(({ path }) => path.includes("receive-pack"))).toHaveLength(1);
  });

  test("a push whose answer got lost counts as appended once the log shows it", async () => {
    const first = headOf(await openHttp().append(null, { subject: "1", value: 1 }));
    let pushes = 0;
    // libcurl itself sends a request again whose connection was reset: the second one finds the ref moved.
    fault = ({ isPush }) => (isPush && ++pushes === 1 ? "reset-after" : undefined);
    const second = headOf(await openHttp().append(first.id, { subject: "2", value: 2 }));
    expect(foundIn(await openHttp().entries({ limit: 5 }))).toEqual([second, first]);
  });

  test("a push that never arrived is sent again and lands once", async () => {
    let pushes = 0;
    fault = ({ isPush }) => (isPush && ++pushes === 1 ? "reset" : undefined);
    headOf(await openHttp({ clock: createFakeClock({ auto: true }) }).append(null, { subject: "1", value: 1 }));
    expect(pushes).toBe(2);
    expect(foundIn(await openHttp().entries({ limit: 5 }))).toHaveLength(1);
  });

  test("an entry that a later one was built upon counts as appended", async () => {
    let first = true;
    fault = ({ isPush }) => (isPush && first ? "reset-after" : undefined);
    const git = async (call: GitCall) => {
      const output = await runGit(call);
      if (call.args[0] === "push" && first) {
        first = false;
        const ours = (await repository.head(ref)) ?? null;
        headOf(await open().append(ours, { subject: "by another", value: 2 }));
      }
      return output;
    };
    expect(headOf(await openHttp({ git }).append(null, { subject: "1", value: 1 })).position).toBe(1);
    expect(foundIn(await open().read()).position).toBe(2);
  });

  test("a push and a look that both fail are unknown, whatever the server did", async () => {
    let pushed = false;
    fault = ({ isPush }) => {
      pushed ||= isPush;
      return isPush ? "reset-after" : pushed ? { status: 502 } : undefined;
    };
    const cause = causeOf(await openHttp().append(null, { subject: "1", value: 1 }));
    expect(cause).toMatchObject({ category: "unavailable" });
  });

  test("a server that goes on failing is unknown after three pushes", async () => {
    let pushes = 0;
    fault = ({ isPush }) => (isPush && ++pushes > 0 ? { status: 500 } : undefined);
    const cause = causeOf(
      await openHttp({ clock: createFakeClock({ auto: true }) }).append(null, { subject: "1", value: 1 }),
    );
    expect(cause.code).toBe("GIT_UNREACHABLE");
    expect(pushes).toBe(3);
  });

  test("a redirect is not followed, neither with nor without the token", async () => {
    const elsewhere = await startScriptedServer(() => ({ status: 500 }));
    closers.push(() => elsewhere.close());
    fault = ({ path }) => ({ status: 302, headers: { location: elsewhere.url + path } });
    expect((await openHttp().read()).kind).toBe("unknown");
    expect(elsewhere.requests).toEqual([]);
  });

  test("neither arguments nor errors show the token; git gets it for this origin only", async () => {
    const calls: GitCall[] = [];
    const basic = Buffer.from(`x-access-token:${token.reveal()}`).toString("base64");
    const git = async (call: GitCall) => {
      calls.push(call);
      const output = await runGit(call);
      const stderr = `remote: ${token.reveal()} ${basic}\nfatal: it said ${token.reveal()} and ${basic}\n`;
      return call.args[0] === "ls-remote" ? { ...output, code: 128, stderr } : output;
    };
    const cause = causeOf(await openHttp({ git }).read());
    expect(everythingOf(cause)).not.toMatch(/s3cr3t/);
    expect(everythingOf(cause)).not.toContain(basic);
    expect(cause.message).toContain("it said [secret] and [secret]");
    expect(JSON.stringify(calls.map(({ args }) => args))).not.toMatch(/s3cr3t/);
    expect(Object.values(calls[0]?.env ?? {})).toContain(`http.${server.url}/.extraHeader`);
  });

  test("a page that is not git's is no proof of absence, be it empty or HTML", async () => {
    for (const body of ["", "<!doctype html><title>Sign in</title>", "0000"]) {
      fault = () => ({ status: 200, headers: { "content-type": "text/plain" }, body });
      expect(causeOf(await openHttp().read()).category).toBe("unavailable");
    }
  });

  test("a missing repository is unknown, not an empty log", async () => {
    expect(causeOf(await openHttp({ remote: `${server.url}/other.git` }).read()).code).toBe("GIT_UNREACHABLE");
    expect(causeOf(await open({ remote: join(repository.root, "other.git") }).read()).code).toBe("GIT_UNREACHABLE");
  });
});

describe("trouble", () => {
  test("an unreachable remote is unknown", async () => {
    const cause = causeOf(await open({ remote: "http://127.0.0.1:1/core.git" }).read());
    expect(cause).toMatchObject({ code: "GIT_UNREACHABLE", category: "unavailable" });
  });

  test("a remote that never answers is given up after the deadline, and git is gone", async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const closed = new Promise((resolve) => silent.on("connection", (socket) => socket.on("close", resolve).resume()));
    const { port } = silent.address() as { port: number };
    const cause = causeOf(await open({ remote: `http://127.0.0.1:${port}/core.git`, deadlineMs: 300 }).read());
    expect(cause).toMatchObject({ code: "GIT_TIMEOUT", category: "unavailable" });
    await closed;
    await new Promise((resolve) => silent.close(resolve));
  });

  test("an abort ends git and is thrown by a read", async () => {
    const aborted = AbortSignal.abort(new Error("enough"));
    await expect(open().read(aborted)).rejects.toMatchObject({ code: "INTERRUPTED", category: "interrupted" });
    await expect(open().append(null, { subject: "1", value: 1 }, aborted)).rejects.toMatchObject({
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
    const answer = await open({ git }).append(null, { subject: "1", value: 1 }, controller.signal);
    expect(causeOf(answer).category).toBe("interrupted");
    expect(foundIn(await open().read()).position).toBe(1);
  });

  test("a push that a hook of the server declines is named as such and changes nothing", async () => {
    await mkdir(join(repository.path, "hooks"));
    const hook = join(repository.path, "hooks", "pre-receive");
    await writeFile(hook, "#!/bin/sh\nexit 1\n");
    await chmod(hook, 0o755);
    const cause = causeOf(
      await open({ clock: createFakeClock({ auto: true }) }).append(null, { subject: "1", value: 1 }),
    );
    expect(cause).toMatchObject({ code: "GIT_PUSH_REFUSED", category: "state" });
    expect(cause.message).toContain("hook declined");
  });

  test("a missing git and an old git are named, with what to install", async () => {
    const cause = causeOf(await open({ env: { PATH: workDir } }).read());
    expect(cause).toMatchObject({ code: "GIT_MISSING", fix: expect.stringContaining("2.31") as string });
    const old = async () => ({ code: 0, stdout: Buffer.from("git version 2.25.1\n"), stderr: "" });
    expect(causeOf(await open({ git: old }).read()).code).toBe("GIT_TOO_OLD");
  });

  test("more output than is read ends git", async () => {
    const signal = new AbortController().signal;
    const output = await runGit({
      args: ["help", "-a"],
      cwd: workDir,
      env: { PATH: env.PATH ?? "" },
      maxBytes: 100,
      signal,
    });
    expect(output.stdout.length).toBe(100);
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
      const id = headOf(await open({ env: given }).append(null, { subject: "1", value: 1 })).id;
      expect(foundIn(await open({ env: given }).read()).id).toBe(id);
      await repository.setRef(ref, null);
    }
  });

  test("hostile text stays text", async () => {
    const marker = join(workDir, "..", `lateen-marker-${process.pid}`);
    const draft = {
      subject: `--amend \u001b[31m$(touch ${marker})\nforged: yes`,
      body: "a\u202e\r\n-m x",
      value: `$(touch ${marker})`,
    };
    headOf(await open().append(null, draft));
    expect(existsSync(marker)).toBe(false);
    expect(await repository.git("log", "--format=%B", ref)).toBe(
      `--amend  [31m$(touch ${marker}) forged: yes\n\na\n-m x\n\n`,
    );
  });
});
