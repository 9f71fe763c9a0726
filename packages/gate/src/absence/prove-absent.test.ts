import { absent, type CommitSha, found, parseCommitSha, type Reading } from "@lateen/kernel";
import { describe, expect, it } from "vitest";
import { type AbsenceInput, type AbsencePorts, proveAbsent } from "./prove-absent.ts";
import type { Push } from "../ports/pushes.ts";

const before = parseCommitSha("a".repeat(40));
const commit = parseCommitSha("b".repeat(40));
const looks = [0, 90_000].map((at) => ({ at, runs: found(0) }));
const input: AbsenceInput = {
  commit,
  branch: "main",
  file: "e2e.yml",
  looks,
  settleMs: 90_000,
  delivered: absent("nothing"),
};

function ports(text: string, files: readonly string[], push: Reading<Push> = absent("no such push")): AbsencePorts {
  const asked: string[] = [];
  const fail = (): Promise<never> => Promise.reject(new Error("not asked for"));
  const note = <T>(what: string, value: T): Promise<Reading<T>> => {
    asked.push(what);
    return Promise.resolve(found(value));
  };
  return {
    changes: {
      between: fail,
      difference: (base: CommitSha) => note(`between ${base}`, { files, truncated: false }),
      commit: (sha) => note("commit", { sha, message: "docs", files }),
    },
    history: { head: fail, resolve: fail, root: fail, compare: () => note("compare", "ahead" as const) },
    pushes: { push: () => Promise.resolve(push) },
    sources: {
      file: fail,
      workflowNamed: fail,
      filters: () => Promise.resolve("github" as const),
      workflowFile: (file) => note("file", { path: `.github/workflows/${file}`, text }),
      workflow: (file) => note("workflow", { path: file, name: "E2E", state: "active" }),
    },
  };
}

const filtered = "on:\n  push:\n    branches: [main]\n    paths: ['src/**']\n";

describe("proveAbsent", () => {
  it("proves with the push of the job's own event", async () => {
    const proof = await proveAbsent({ ...input, before }, ports(filtered, ["docs/a.md"]));
    expect(proof).toMatchObject({ kind: "path-filtered", patterns: ["src/**"], files: ["docs/a.md"] });
  });

  it("proves with the push that the forge remembers", async () => {
    const push = found({ before, after: commit, pusher: "mona", byWorkflowToken: false });
    expect(await proveAbsent(input, ports(filtered, ["docs/a.md"], push))).toMatchObject({ kind: "path-filtered" });
  });

  it("does not prove without a push", async () => {
    expect(await proveAbsent(input, ports(filtered, ["docs/a.md"]))).toMatchObject({
      kind: "unproven",
      doubt: "push-unknown",
    });
  });

  it("does not prove where the run is due", async () => {
    const proof = await proveAbsent({ ...input, before }, ports(filtered, ["docs/a.md", "src/a.ts"]));
    expect(proof).toMatchObject({ kind: "unproven", doubt: "would-run" });
  });

  it("does not prove what it cannot parse", async () => {
    const proof = await proveAbsent({ ...input, before }, ports("on: [", ["docs/a.md"]));
    expect(proof).toMatchObject({ kind: "unproven", doubt: "broken" });
    const noParser = { ...ports(filtered, ["docs/a.md"]), loadYaml: () => Promise.reject(new Error("missing")) };
    expect(await proveAbsent({ ...input, before }, noParser)).toMatchObject({
      kind: "unproven",
      doubt: "trigger-unknown",
    });
  });

  it("does not prove where the file is not there at this commit", async () => {
    const some = ports(filtered, ["docs/a.md"]);
    const sources = { ...some.sources, workflowFile: () => Promise.resolve(absent("HTTP 404")) };
    expect(await proveAbsent({ ...input, before }, { ...some, sources })).toMatchObject({
      kind: "unproven",
      doubt: "not-on-push",
    });
  });
});
