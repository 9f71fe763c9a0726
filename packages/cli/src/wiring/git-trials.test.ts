import { createGitRefLog, runGit } from "@lateen/git-log";
import { secret } from "@lateen/kernel";
import { createGitRepository, type GitRepository, startGitHttpServer } from "@lateen/git-log/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { harmlessGit, makeTrials } from "./git-trials.ts";
import type { Parts } from "./parts.ts";

type GitOutput = Awaited<ReturnType<typeof runGit>>;

type GitCall = Parameters<typeof runGit>[0];

const env = { PATH: process.env["PATH"] };
const ref = "refs/lateen/latest";

let repository: GitRepository;
beforeEach(async () => {
  repository = await createGitRepository();
});
afterEach(() => repository.close());

const parts = (remote: string): Parts =>
  ({
    settings: {
      folder: "/",
      config: {
        promote: {
          targets: [{ name: "default" }, { name: "edge" }],
          ledger: { remote, ref, insecure: false, token: {} },
        },
        fleet: { mirror: { remote, ref: "refs/lateen/rollout", insecure: false, token: {} } },
      },
    },
    env,
    open: (source: unknown) => (source === undefined ? {} : { token: secret("t0ken") }),
  }) as unknown as Parts;

describe("a trial", () => {
  test("of each ref ends where an append would begin, with or without entries, and leaves nothing behind", async () => {
    const server = await startGitHttpServer({ root: repository.root, credentials: { password: "t0ken" } });
    const trials = makeTrials(parts(`${server.url}/core.git`));
    expect(trials.map(({ name, ref: each }) => `${name} ${each}`)).toEqual([
      `ledger default ${ref}`,
      "ledger edge refs/lateen/edge",
      "mirror refs/lateen/rollout",
    ]);
    for (const trial of trials) expect(await trial.append()).toMatchObject({ kind: "appended" });
    expect(await repository.git("for-each-ref")).toBe("");
    expect(await repository.git("count-objects")).toMatch(/^0 objects/);

    await createGitRefLog({ remote: repository.path, ref, env }).append(null, { subject: "real", value: 1 });
    const [before, objects] = [await repository.git("for-each-ref"), await repository.git("count-objects")];
    expect(await trials[0]?.append()).toMatchObject({ kind: "appended", head: { position: 2 } });
    expect({
      gitForEachRef: await repository.git("for-each-ref"),
      gitCountObjects: await repository.git("count-objects"),
    }).toEqual({ gitForEachRef: before, gitCountObjects: objects });
    expect(server.requests.filter(({ isPush }) => isPush)).toEqual([]);
    await server.close();
  });

  test.each([
    [401, "GIT_AUTH"],
    [403, "GIT_AUTH"],
    [404, "GIT_UNREACHABLE"],
  ])("if the server answers %d to a writer, is %s", async (status, code) => {
    const server = await startGitHttpServer({
      root: repository.root,
      fault: ({ path }) => (path.includes("git-receive-pack") ? { status } : undefined),
    });
    const [trial] = makeTrials(parts(`${server.url}/core.git`));
    expect(await trial?.append()).toMatchObject({ kind: "unknown", cause: { code } });
    await server.close();
  });
});

describe("git in a trial", () => {
  const calls: GitCall[] = [];
  const record = async (call: GitCall): Promise<GitOutput> => {
    calls.push(call);
    return { code: 0, stdout: Buffer.alloc(0), stderr: "" };
  };
  const call = (...args: readonly string[]): GitCall => ({
    args,
    cwd: "/",
    env: {},
    maxBytes: 1,
    signal: new AbortController().signal,
  });

  test("pushes for show only, and runs nothing else that might write", async () => {
    await harmlessGit(record)(call("push", "--porcelain", "x"));
    await harmlessGit(record)(call("fetch", "x"));
    expect(calls.map(({ args }) => args)).toEqual([
      ["push", "--dry-run", "--porcelain", "x"],
      ["fetch", "x"],
    ]);
    for (const args of [["-c", "a=b", "push"], ["send-pack"], ["remote"], []])
      await expect(harmlessGit(record)(call(...args))).rejects.toThrow("is not run in a trial");
    expect(calls).toHaveLength(2);
  });

  test("covers every command that an append runs", async () => {
    const used = new Set<string>();
    const git = (each: GitCall): Promise<GitOutput> => {
      used.add(each.args[0] ?? "");
      return runGit(each);
    };
    const log = createGitRefLog({ remote: repository.path, ref, env, git });
    const first = await log.append(null, { subject: "1", value: 1 });
    if (first.kind !== "appended") throw new Error("not appended");
    await log.append(first.head.id, { subject: "2", value: 2 });
    for (const command of used) await expect(harmlessGit(record)(call(command))).resolves.toBeDefined();
  });
});
