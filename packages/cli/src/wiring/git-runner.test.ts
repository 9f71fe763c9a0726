import type { runGit } from "@lateen/git-log";
import { expect, test } from "vitest";
import { createGitRunner } from "./git-runner.ts";

const call = (...args: readonly string[]): Parameters<typeof runGit>[0] => ({
  args,
  cwd: "/",
  env: {},
  maxBytes: 100,
  signal: new AbortController().signal,
});

test("the version is asked for once, everything else each time", async () => {
  const started: string[] = [];
  const git = createGitRunner(({ args }) => {
    started.push(args.join(" "));
    return Promise.resolve({ code: 0, stdout: Buffer.from(args.join(" ")), stderr: "" });
  });
  for (const args of [["version"], ["fetch"], ["version"], ["fetch"]])
    expect(String((await git(call(...args))).stdout)).toBe(args[0]);
  expect(started).toEqual(["version", "fetch", "fetch"]);
});

test("a version that could not be asked for is asked for again", async () => {
  let tries = 0;
  const git = createGitRunner(() => {
    tries += 1;
    return tries === 1
      ? Promise.reject(new Error("ENOENT"))
      : Promise.resolve({ code: 0, stdout: Buffer.from(""), stderr: "" });
  });
  await expect(git(call("version"))).rejects.toThrow("ENOENT");
  expect((await git(call("version"))).code).toBe(0);
});
