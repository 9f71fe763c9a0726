import { createGitRefLog } from "@lateen/git-log";
import { type AppendLog, parseCommitSha, secret } from "@lateen/kernel";
import { createGitRepository, type GitRepository } from "@lateen/git-log/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Attempt, countSupersededInARow } from "../ports/attempts.ts";
import { createAttempts } from "./supersession-log.ts";

let repository: GitRepository;
beforeAll(async () => {
  repository = await createGitRepository();
});
afterAll(() => repository.close());

const attempt = (digit: string, outcome: Attempt["outcome"] = "superseded"): Attempt => ({
  sha: parseCommitSha(digit.repeat(40)),
  outcome,
  at: "2026-06-01T00:00:00.000Z",
});
const open = (ref: string): AppendLog =>
  createGitRefLog({ remote: repository.path, ref, env: { PATH: "/usr/bin:/bin" } });

test("what was recorded is read back, oldest first, and readable with git log", async () => {
  const attempts = createAttempts(open("refs/lateen/attempts"));
  expect(await attempts.read()).toMatchObject({ kind: "absent" });
  await attempts.record(attempt("a", "finished"));
  await attempts.record(attempt("b"));
  expect(await attempts.read()).toEqual({ kind: "found", value: [attempt("a", "finished"), attempt("b")] });
  expect(await repository.git("log", "--format=%s", "refs/lateen/attempts")).toBe(
    `superseded ${"b".repeat(40)}\nfinished ${"a".repeat(40)}\n`,
  );
});

test("an entry that lost the race is appended behind the winner", async () => {
  const log = open("refs/lateen/raced");
  const rival = createAttempts(log);
  let raced = false;
  const slow: AppendLog = {
    ...log,
    async append(expected, draft, signal) {
      if (!raced) {
        raced = true;
        await rival.record(attempt("c"));
      }
      return log.append(expected, draft, signal);
    },
  };
  await createAttempts(slow).record(attempt("d"));
  expect(await rival.read()).toEqual({ kind: "found", value: [attempt("c"), attempt("d")] });
});

test("an entry that is no attempt makes the whole memory unknown", async () => {
  const log = open("refs/lateen/strange");
  await log.append(null, { subject: "strange", value: { sha: "short", outcome: "superseded", at: "" } });
  expect(await createAttempts(log).read()).toMatchObject({ kind: "unknown", cause: { code: "ATTEMPTS_UNREADABLE" } });
});

test("a memory that cannot be reached is unknown to read, and an error to write", async () => {
  const log = createGitRefLog({
    remote: `${repository.path}.gone`,
    ref: "refs/lateen/attempts",
    env: { PATH: "/usr/bin:/bin" },
    token: secret("x"),
  });
  expect(await createAttempts(log).read()).toMatchObject({ kind: "unknown" });
  await expect(createAttempts(log).record(attempt("a"))).rejects.toMatchObject({ name: "ReleaseError" });
});

test.each([
  ["", 0],
  ["s", 1],
  ["sss", 3],
  ["f", 0],
  ["sf", 0],
  ["sfss", 2],
  ["fsfs", 1],
])("of %j, %i are superseded in a row", (letters, count) => {
  const attempts = [...letters].map((letter) => attempt("a", letter === "s" ? "superseded" : "finished"));
  expect(countSupersededInARow(attempts)).toBe(count);
});
