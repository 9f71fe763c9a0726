import { describe, expect, test } from "vitest";
import type { ReleaseError } from "@lateen/kernel";
import { createGitRefLog } from "./git-ref-log.ts";
import { everythingOf, ref } from "./testing/git-log-world.ts";

const refusalOf = (work: () => unknown): ReleaseError => {
  try {
    work();
  } catch (error) {
    return error as ReleaseError;
  }
  throw new Error("nothing was refused");
};

describe("what is refused before anything is run", () => {
  test.each([
    "-uupload-pack=touch /tmp/x",
    "--upload-pack=x",
    "ext::sh -c id",
    "fd::3",
    "ssh://git@example.com/core.git",
    "git@example.com:acme/core.git",
    "git://example.com/core.git",
    "relative/core.git",
    "",
    "file://host/core.git",
    "file:///a%2fb",
    "http://git.example.com/core.git",
    "http://127.0.0.1.example.com/core.git",
    "https://user:hunter2@git.example.com/core.git",
    "https://hunter2@git.example.com/core.git",
    "https://user:hunter2@:0bad/core.git",
    "/tmp/core\n.git",
  ])("the remote %j", (remote) => {
    const error = refusalOf(() => createGitRefLog({ remote, ref }));
    expect(error).toMatchObject({ code: "GIT_REMOTE_INVALID", category: "input" });
    expect(everythingOf(error)).not.toContain("hunter2");
  });

  test.each([
    "latest",
    "-refs/lateen/x",
    "refs/lateen",
    "refs/lateen/a..b",
    "refs/lateen/x.lock",
    "refs/lateen/x.",
    "refs/lateen/-x",
    "refs/lateen/a b",
    "refs/lateen/*",
    "refs/lateen/a:b",
    "refs/lateen/",
    "refs//lateen/x",
    "refs/lateen/x.lock/y",
    "refs/lateen/ü",
  ])("the ref %j", (bad) => {
    expect(refusalOf(() => createGitRefLog({ remote: "/tmp/core.git", ref: bad })).code).toBe("GIT_REF_INVALID");
  });

  test.each([
    "https://git.example.com/acme/core.git",
    "http://localhost:3000/core.git",
    "http://[::1]:3000/core.git",
    "file:///tmp/a%20b.git",
    "/tmp/core.git",
  ])("but not %j", (remote) => {
    expect(() => createGitRefLog({ remote, ref: "refs/lateen/prod-latest" })).not.toThrow();
  });

  test("plain http to another host is taken if that is asked for", () => {
    expect(() => createGitRefLog({ remote: "http://git.example.com/core.git", ref, insecure: true })).not.toThrow();
  });
});
