import { describe, expect, test } from "vitest";
import { readProof } from "./read-proof.ts";

const [a, b] = ["a".repeat(40), "b".repeat(40)];

describe("a proof", () => {
  test.each([
    ["a commit id", `${a}\n`, a],
    ["a commit id in capitals", a.toUpperCase(), a],
    ["seven digits", "abcdef1", "abcdef1"],
    ["JSON", `{"git_sha":"${a}","build_time":"x"}`, a],
    ["JSON over several lines", `{\n  "git_sha": "${a}"\n}\n`, a],
    ["the same commit from three places", `${a}\n${a.slice(0, 7)}\n{"git_sha":"${a}"}\n`, a],
    ["Windows line ends", `${a}\r\n${a}\r\n`, a],
  ])("%s is found", (_, stdout, commit) => {
    expect(readProof(stdout, "t1")).toEqual({ kind: "found", value: commit });
  });

  test.each([
    ["nothing", ""],
    ["a word", "dev\n"],
    ["JSON that names no commit", '{"git_sha":"dev"}'],
    ["a short run of digits", "abc12\n"],
  ])("%s is absent: the tenant answers and names no commit", (_, stdout) => {
    expect(readProof(stdout, "t1")).toMatchObject({ kind: "absent" });
  });

  test.each([
    ["two commits", `${a}\n${b}\n`, "EXEC_PROOF_MIXED"],
    [
      "two commits that share the spelling of a third",
      `${a.slice(0, 7)}\n${a}\n${a.slice(0, 7)}${b.slice(7)}`,
      "EXEC_PROOF_MIXED",
    ],
    ["two commits in JSON", `{"git_sha":"${a}"}\n{"git_sha":"${b}"}`, "EXEC_PROOF_MIXED"],
    ["a commit and a word", `${a}\ndev`, "EXEC_PROOF_MIXED"],
    ["a word and a commit", `development-build-of-the-thing-that-is-long-enough-1\n${a}`, "EXEC_PROOF_MIXED"],
    ["a banner", `Welcome to host 1!\n${a}`, "EXEC_PROOF_UNREADABLE"],
    ["a page", "<html><body>Login</body></html>", "EXEC_PROOF_UNREADABLE"],
    ["JSON without git_sha", '{"sha":"1"}', "EXEC_PROOF_UNREADABLE"],
    ["JSON that is cut off", `{"git_sha":"${a}`, "EXEC_PROOF_UNREADABLE"],
    ["a commit in a sentence", `running ${a}`, "EXEC_PROOF_UNREADABLE"],
  ])("%s proves nothing", (_, stdout, code) => {
    expect(readProof(stdout, "t1")).toMatchObject({ kind: "unknown", cause: { code } });
  });
});
