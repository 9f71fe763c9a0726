import { expect, test } from "vitest";
import type { Files } from "../io/files.ts";
import type { ResultDocument } from "./result.ts";
import { createActions, maskCommand } from "./job-log.ts";
import type { AnyEvent } from "./events.ts";

const done: ResultDocument = { schemaVersion: 1, command: "ship", outcome: "shipped", reason: "all is well" };

/** A job whose log and files are kept. */
function openJob(env: Readonly<Record<string, string>>, before: Readonly<Record<string, string>> = {}) {
  const written = new Map(Object.entries(before));
  const files: Files = {
    read(path) {
      const text = written.get(path);
      if (text === undefined) throw new Error("there is no such file");
      return text;
    },
    exists: (path) => written.has(path),
    list: () => [],
    isWritable: () => true,
    append: (path, text) => void written.set(path, (written.get(path) ?? "") + text),
    replace: (path, text) => void written.set(path, text),
  };
  let log = "";
  const out = { write: (text: string) => void (log += text), isTerminal: false, columns: () => 80 };
  const renderer = createActions({ out, env, files, verbose: false, quiet: false });
  return { renderer, written, log: () => log, lines: () => log.split("\n") };
}

const warned = (message: string): AnyEvent => ({ type: "warned", message });

test("every stage is a group of its own, and the last one ends too", () => {
  const { renderer, lines } = openJob({ GITHUB_STEP_SUMMARY: "summary" });
  renderer.event({ type: "stage-started", stage: "gate", about: "2 checks" });
  renderer.event({ type: "stage-started", stage: "rollout", about: "the fleet" });
  renderer.end(done, undefined);
  expect(lines()).toEqual([
    "::group::── gate: 2 checks",
    "::endgroup::",
    "::group::── rollout: the fleet",
    "::endgroup::",
    "",
  ]);
});

test.each([
  [3, 3, undefined],
  [10, 10, undefined],
  [11, 10, "2 more warnings stand in the log; the first of them: warning 10"],
  [500, 10, "491 more warnings stand in the log; the first of them: warning 10"],
])("of %i warnings %i are annotations, and the last summarises the rest", (count, annotations, last) => {
  const { renderer, lines } = openJob({ GITHUB_STEP_SUMMARY: "summary" });
  for (let number = 1; number <= count; number++) renderer.event(warned(`warning ${number}`));
  renderer.end(done, undefined);
  const found = lines().filter((line) => line.startsWith("::warning title=lateen::"));
  expect(found).toHaveLength(annotations);
  expect(found.at(-1)).toBe(`::warning title=lateen::${last ?? `warning ${count}`}`);
  // Nothing is lost: what is no annotation is a line.
  for (let number = 1; number <= count; number++)
    expect(lines().some((line) => line.endsWith(`warning ${number}`))).toBe(true);
});

test("an end that is no success is one annotation, and one that waits is a notice", () => {
  const ended = (outcome: ResultDocument["outcome"]): readonly string[] => {
    const { renderer, lines } = openJob({ GITHUB_STEP_SUMMARY: "summary" });
    renderer.end({ ...done, outcome, reason: "because\nof 100 %" }, undefined);
    return lines().filter((line) => line.startsWith("::"));
  };
  expect(ended("halted")).toEqual(["::error title=lateen ship::halted: what broke: because of 100 %25"]);
  expect(ended("deferred")).toEqual(["::notice title=lateen ship::deferred: because of 100 %25"]);
  expect(ended("shipped")).toEqual([]);
});

test("no text from outside gives an order or begins a line", () => {
  const hostile = `\u001b[2J\r\n::error::owned\n##[group]z %0A::set-output name=a::b ${"y".repeat(1_000_000)}`;
  const { renderer, written, lines, log } = openJob({ GITHUB_OUTPUT: "output" });
  renderer.event(warned(hostile));
  renderer.event({ type: "stage-started", stage: "gate", about: hostile });
  renderer.end({ ...done, reason: hostile, fleet: undefined, commit: hostile, supersededBy: hostile }, undefined);
  const orders = lines().filter((line) => /^\s*::/.test(line));
  expect(orders.map((line) => line.split("::")[1])).toEqual(["warning title=lateen", "group", "endgroup"]);
  expect(log()).not.toContain("##[");
  expect(log()).not.toContain("\u001b");
  expect(log().length).toBeLessThan(10_000);
  expect(log()).toContain("%250A");
  expect((written.get("output") ?? "").split("\n").filter((line) => line.startsWith("::"))).toEqual([]);
  expect((written.get("output") ?? "").trimEnd().split("\n")).toHaveLength(7);
});

test("the summary is a file on GitHub, the log on a forge without one, and both on Gitea, which may not show it", () => {
  const summary = "## lateen ship: shipped\n\nall is well\n";
  const ended = (env: Readonly<Record<string, string>>) => {
    const job = openJob(env);
    job.renderer.end(done, undefined);
    return [job.written.get("summary"), job.log()];
  };
  expect(ended({ GITHUB_STEP_SUMMARY: "summary" })).toEqual([summary, ""]);
  expect(ended({})).toEqual([undefined, summary]);
  expect(ended({ GITEA_ACTIONS: "true" })).toEqual([undefined, summary]);
  expect(ended({ GITEA_ACTIONS: "true", GITHUB_STEP_SUMMARY: "summary" })).toEqual([summary, summary]);
});

test("what another command of the step has written counts against the budget", () => {
  const before = "x".repeat(999_970);
  const { renderer, written } = openJob({ GITHUB_STEP_SUMMARY: "summary" }, { summary: before });
  renderer.end({ ...done, reason: "r".repeat(200) }, undefined);
  expect(written.get("summary")).toBe(`${before}## lateen ship: shipped\n`);
});

test("a line that begins as an order would is no order, wherever the text comes from", () => {
  const { renderer, lines } = openJob({ GITHUB_STEP_SUMMARY: "summary" });
  for (let number = 0; number < 12; number++) renderer.event(warned("::stop-commands::x"));
  renderer.event({
    type: "check-changed",
    name: " ::set-env name=PATH::/tmp",
    state: "success",
    detail: "",
  } as AnyEvent);
  renderer.end(done, undefined);
  const orders = lines().flatMap((line) => /^\s*::([\w-]+)/.exec(line)?.[1] ?? []);
  expect(new Set(orders)).toEqual(new Set(["warning"]));
  expect(lines()).toContain(": :stop-commands::x");
});

test("a secret of several lines is masked line by line", () => {
  expect(maskCommand("first%\r\n\nsecond")).toBe("::add-mask::first%25\n::add-mask::second\n");
});
