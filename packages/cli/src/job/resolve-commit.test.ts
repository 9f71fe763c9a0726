import { absent, found, parseCommitSha, ReleaseError, unknown } from "@lateen/kernel";
import { describe, expect, test } from "vitest";
import type { Files } from "../io/files.ts";
import { namedCommit, resolveCommit } from "./resolve-commit.ts";

const [a, b, c, d] = ["a", "b", "c", "d"].map((digit) => digit.repeat(40)) as [string, string, string, string];

/** Files that hold the event of a job. */
const eventFiles = (event: unknown): Files => ({
  read: () => (typeof event === "string" ? event : JSON.stringify(event)),
  exists: () => true,
  list: () => [],
  isWritable: () => true,
  append: () => undefined,
  replace: () => undefined,
});
const inJob = { GITHUB_EVENT_PATH: "/event.json", GITHUB_SHA: d };

describe("the commit that is meant", () => {
  test.each<
    [what: string, flag: string | undefined, env: Record<string, string>, event: unknown, expected: string | undefined]
  >([
    ["--sha beats everything", a, { ...inJob, LATEEN_SHA: b }, { workflow_run: { head_sha: c } }, a],
    ["LATEEN_SHA beats the event", undefined, { ...inJob, LATEEN_SHA: b }, { workflow_run: { head_sha: c } }, b],
    [
      "a workflow_run event names the commit that was built",
      undefined,
      { ...inJob, GITHUB_EVENT_NAME: "workflow_run" },
      { workflow_run: { head_sha: c } },
      c,
    ],
    ["a dispatch input", undefined, inJob, { inputs: { sha: " " + c } }, c],
    ["an empty dispatch input falls through", undefined, inJob, { inputs: { sha: "" } }, d],
    ["a dispatch without inputs", undefined, inJob, { inputs: null }, d],
    ["a push", undefined, inJob, { before: a, after: d }, d],
    ["no event", undefined, { GITHUB_SHA: d }, {}, d],
    ["nothing", undefined, {}, {}, undefined],
  ])("%s", (_, flag, env, event, expected) => {
    expect(namedCommit(flag, env, eventFiles(event))?.text).toBe(expected);
  });

  test("GITHUB_SHA is never taken for the commit of a workflow_run event", () => {
    const env = { ...inJob, GITHUB_EVENT_NAME: "workflow_run" };
    expect(() => namedCommit(undefined, env, eventFiles({}))).toThrow("carries no head_sha");
    expect(() => namedCommit(undefined, env, eventFiles("not JSON"))).toThrow("cannot be read");
  });
});

describe("an event that names no commit that was built", () => {
  const base = { GITHUB_EVENT_NAME: "workflow_run", ...inJob };
  const run = (more: object) => ({ workflow_run: { head_sha: c, ...more }, repository: { full_name: "acme/core" } });

  test.each([
    ["a run of a pull request", base, run({ event: "pull_request" })],
    ["a run of a pull request's target", base, run({ event: "pull_request_target" })],
    ["a run that a workflow_run started", base, run({ event: "workflow_run" })],
    ["a run of a fork", base, run({ event: "push", head_repository: { full_name: "mallory/core" } })],
    ["the merge preview of a pull request", { ...inJob, GITHUB_EVENT_NAME: "pull_request" }, {}],
  ])("%s is an input error, unless --sha names one", (_, env, event) => {
    expect(() => namedCommit(undefined, env, eventFiles(event))).toThrow(
      expect.objectContaining({ code: "COMMIT_UNCLEAR", category: "input" }),
    );
    expect(namedCommit(a, env, eventFiles(event))?.text).toBe(a);
  });

  test("a run of a push is taken", () => {
    const event = run({ event: "push", head_repository: { full_name: "acme/core" } });
    expect(namedCommit(undefined, base, eventFiles(event))?.text).toBe(c);
  });
});

test("an event that cannot be read is no matter on a push, and elsewhere an error", () => {
  expect(namedCommit(undefined, { ...inJob, GITHUB_EVENT_NAME: "push" }, eventFiles("not JSON"))?.text).toBe(d);
  expect(() =>
    namedCommit(undefined, { ...inJob, GITHUB_EVENT_NAME: "workflow_dispatch" }, eventFiles("not JSON")),
  ).toThrow("cannot be read");
});

describe("a short SHA", () => {
  const named = { text: "ABCDEF1", source: "--sha" };
  const full = parseCommitSha("abcdef1".padEnd(40, "0"));

  test("becomes the full one through the forge", async () => {
    expect(await resolveCommit(named, async (prefix) => (prefix === "abcdef1" ? found(full) : absent("no")))).toBe(
      full,
    );
  });

  test.each([
    ["that no commit has", async () => absent("404"), "COMMIT_UNCLEAR"],
    [
      "that is ambiguous",
      async () => unknown(new ReleaseError({ code: "SHA_AMBIGUOUS", category: "unavailable", message: "two" })),
      "SHA_AMBIGUOUS",
    ],
    ["without a forge", undefined, "COMMIT_UNCLEAR"],
  ] as const)("%s is an error, never a guess", async (_, resolve, code) => {
    await expect(resolveCommit(named, resolve)).rejects.toMatchObject({ code });
  });

  test.each(["abcdef", "xyzxyzx", "", "abcdef1; rm", "a".repeat(41)])("%j is no SHA", async (text) => {
    await expect(resolveCommit({ text, source: "--sha" }, async () => found(full))).rejects.toMatchObject({
      code: "COMMIT_UNCLEAR",
      category: "input",
    });
  });

  test("no commit at all is an error", async () => {
    await expect(resolveCommit(undefined, undefined)).rejects.toThrow("no commit is named");
  });
});
