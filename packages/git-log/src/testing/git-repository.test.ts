import { afterAll, beforeAll, expect, test } from "vitest";
import { createGitRepository, type GitRepository, runPlainGit } from "./git-repository.ts";

let repository: GitRepository;

beforeAll(async () => {
  repository = await createGitRepository();
});
afterAll(() => repository.close());

test("commits written without git are whole, and those that git makes", async () => {
  const files = { "z.txt": "z", "b/c.txt": "c", "b.txt": "ü", "b/d/e.txt": "", "b-.txt": "-" };
  const first = await repository.commit({ message: "first\n\nwith a body", files });
  const second = await repository.commit({ message: "second", files: { "b/c.txt": null, "z.txt": "zz" } });
  const tree = (await repository.git("rev-parse", `${second}^{tree}`)).trim();
  const text = await repository.git("cat-file", "commit", second);
  expect((await repository.git("fsck", "--strict", "--no-dangling")).trim()).toBe("");
  expect((await repository.git("ls-tree", "-r", "--name-only", second)).split("\n")).toEqual([
    "b-.txt",
    "b.txt",
    "b/d/e.txt",
    "z.txt",
    "",
  ]);
  expect(text).toContain(`tree ${tree}\nparent ${first}\nauthor Ada Example <ada@example.com> 1767225720 +0000`);
  expect(await runPlainGit(["-C", repository.path, "log", "--format=%s", "main"])).toBe("second\nfirst\n");
});

test("a commit on one that git has made goes on from its files", async () => {
  const base = await repository.commit({ branch: "other", parent: null, message: "base", files: { "a.txt": "a" } });
  const tree = (await repository.git("rev-parse", `${base}^{tree}`)).trim();
  const person = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
  const made = (await repository.git(...person, "commit-tree", tree, "-p", base, "-m", "by git")).trim();
  await repository.setRef("refs/heads/other", made);
  const next = await repository.commit({ branch: "other", message: "next", files: { "b.txt": "b" } });
  expect(await repository.git("ls-tree", "--name-only", next)).toBe("a.txt\nb.txt\n");
  expect(await repository.head("refs/heads/other")).toBe(next);
});

test("a root commit on a branch that has commits has no parent", async () => {
  const root = await repository.commit({ parent: null, message: "root", files: { "only.txt": "" } });
  expect(await repository.git("rev-list", "--count", root)).toBe("1\n");
  expect(await repository.git("ls-tree", "--name-only", root)).toBe("only.txt\n");
});
