import { describe, expect, it } from "vitest";
import { parseWorkflow } from "./parse-workflow.ts";

async function pushOf(text: string): Promise<unknown> {
  const workflow = await parseWorkflow(text, "e2e.yml");
  if (workflow.kind !== "found") return workflow.kind;
  const { push } = workflow.value;
  return push.kind === "found" ? push.value : push.kind;
}

const jobs = "\njobs: {}\n";

describe("parseWorkflow", () => {
  it.each<[string, string, unknown]>([
    ["a name", "on: push", {}],
    ["another name", "on: workflow_dispatch", "absent"],
    ["a list", "on: [pull_request, push]", {}],
    ["a list without push", "on:\n  - pull_request", "absent"],
    ["a map, push empty", "on:\n  push:\n  workflow_dispatch:", {}],
    ["a map, push an empty map", "on: { push: {} }", {}],
    ["a map without push", "on:\n  schedule:\n    - cron: '0 0 * * *'", "absent"],
    [
      "lists of patterns",
      "on:\n  push:\n    branches: [main]\n    paths:\n      - 'src/**'\n      - '!src/docs/**'",
      { branches: ["main"], paths: ["src/**", "!src/docs/**"] },
    ],
    [
      "one pattern as text",
      "on:\n  push:\n    branches: main\n    paths-ignore: '**.md'",
      { branches: ["main"], "paths-ignore": ["**.md"] },
    ],
    ["tags", "on:\n  push:\n    tags: ['v*']\n    tags-ignore: ['v0*']", { tags: ["v*"], "tags-ignore": ["v0*"] }],
    ["quoted key", '"on": push', {}],
    ["empty list", "on:\n  push:\n    paths: []", { paths: [] }],
    ["anchors", "on:\n  push:\n    paths: &p ['src/**']\n  pull_request:\n    paths: *p", { paths: ["src/**"] }],
    ["alias", "x: &p ['src/**']\non:\n  push:\n    paths: *p", { paths: ["src/**"] }],
    ["YAML 1.1, where on is a boolean", "%YAML 1.1\n---\non:\n  push:\n    paths: ['src/**']", { paths: ["src/**"] }],
    ["another map with the key on", "env:\n  on: push\non: pull_request", "absent"],
    ["the key true, left behind by a careless program", "true:\n  push:\n    paths: ['src/**']", "unknown"],
    ["no on", "name: x", "unknown"],
    ["on without value", "on:", "unknown"],
    ["on twice", "on: push\non: pull_request", "unknown"],
    ["unknown key in push", "on:\n  push:\n    path: ['src/**']", "unknown"],
    ["push as text", "on:\n  push: main", "unknown"],
    ["a number among patterns", "on:\n  push:\n    branches: [1.0]", "unknown"],
    ["a map among patterns", "on:\n  push:\n    paths: [{ a: b }]", "unknown"],
    ["paths without value", "on:\n  push:\n    paths:", "unknown"],
    ["a number in the list of events", "on: [1]", "unknown"],
    ["a merge key", "x: &x { push: {} }\non:\n  <<: *x", "unknown"],
    ["an unresolved alias", "on:\n  push:\n    paths: *nowhere", "unknown"],
    ["a list at the top", "- on: push", "unknown"],
    ["empty file", "", "unknown"],
    ["two documents", "on: push\n---\non: pull_request", "unknown"],
    ["broken YAML", "on: [push", "unknown"],
    ["an unquoted star", "on:\n  push:\n    paths:\n      - **/a.md", "unknown"],
    ["HTML", "<!doctype html><html>on: push</html>", "unknown"],
  ])("%s", async (_, text, expected) => {
    expect(await pushOf(text)).toEqual(expected);
    expect(await pushOf(expected === "unknown" ? text : text + jobs)).toEqual(expected);
  });

  it("finds the name", async () => {
    const nameOf = async (text: string): Promise<unknown> => {
      const workflow = await parseWorkflow(text, "e2e.yml");
      return workflow.kind === "found" ? workflow.value.name : workflow.kind;
    };
    expect(await nameOf("name: E2E (full lifecycle)\non: push")).toBe("E2E (full lifecycle)");
    expect(await nameOf("on: push")).toBeUndefined();
    expect(await nameOf("name: ' '\non: push")).toBeUndefined();
  });

  it("does not unfold a bomb of aliases", async () => {
    const levels = Array.from(
      { length: 30 },
      (_, level) =>
        `l${level}: &l${level} [${level === 0 ? "x" : Array.from({ length: 10 }, () => `*l${level - 1}`).join(", ")}]`,
    );
    expect(await pushOf(`${levels.join("\n")}\non: push`)).toEqual({});
    expect(await pushOf(`${levels.join("\n")}\non:\n  push:\n    paths: *l29`)).toBe("unknown");
  });

  it("refuses a file of more than a megabyte", async () => {
    expect(await pushOf(`on: push\n#${"x".repeat(1024 * 1024)}`)).toBe("unknown");
  });

  it("says what to install where the parser is missing", async () => {
    const workflow = await parseWorkflow("on: push", "e2e.yml", () => Promise.reject(new Error("Cannot find package")));
    expect(workflow).toMatchObject({ kind: "unknown", cause: { code: "YAML_MISSING", category: "input" } });
  });

  it("names the file and the trouble", async () => {
    const workflow = await parseWorkflow("on:\n  push:\n    path: [a]", "https://git.example.com/e2e.yml");
    expect(workflow).toMatchObject({
      kind: "found",
      value: { push: { kind: "unknown", cause: { code: "WORKFLOW_UNCLEAR", why: "https://git.example.com/e2e.yml" } } },
    });
  });
});
