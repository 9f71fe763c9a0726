import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { formatOutputs } from "../src/report/actions.ts";
import { root } from "./run-lateen.ts";
import { startWorld, tokens } from "./world.ts";

interface Action {
  readonly inputs: Readonly<Record<string, object>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: {
    readonly steps: readonly { readonly run: string; readonly env: Readonly<Record<string, string>> }[];
  };
}
interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}
interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}
const action = parse(readFileSync(join(root, "action.yml"), "utf8")) as Action;

test("the action hands on every output of the contract", () => {
  const written = formatOutputs({ schemaVersion: 1, command: "ship", outcome: "shipped" })
    .split("\n")
    .map((line) => line.split("=")[0])
    .filter(Boolean);
  expect(new Set(Object.keys(action.outputs))).toEqual(new Set([...written, "result"]));
  for (const [name, { value }] of Object.entries(action.outputs))
    expect(value).toBe(`\${{ steps.lateen.outputs.${name} }}`);
});

test("no input is part of a script's text", () => {
  for (const { run } of action.runs.steps) expect(run).not.toContain("${{");
});

test.each(["github.yml", "gitea.yml"])(
  "examples/%s hands in what the action takes, and no variable that it sets itself",
  (file) => {
    const workflow = parse(readFileSync(join(root, "examples", file), "utf8")) as Workflow;
    const steps = Object.values(workflow.jobs).flatMap((job) =>
      job.steps.filter(({ uses }) => uses?.startsWith("acme/")),
    );
    expect(steps).toHaveLength(3);
    const own = action.runs.steps.flatMap((step) => Object.keys(step.env));
    for (const step of steps) {
      expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})));
      expect(Object.keys(step.env ?? {}).filter((name) => own.includes(name))).toEqual([]);
    }
  },
);

test("its script runs the program and writes the outputs, whatever stands in the inputs", async () => {
  const world = await startWorld({ size: 2 });
  try {
    const output = world.folder.write("output", "");
    const env = {
      ...tokens,
      PATH: process.env["PATH"],
      GITHUB_ACTIONS: "true",
      GITHUB_ACTION_PATH: root,
      GITHUB_OUTPUT: output,
      RUNNER_TEMP: world.folder.path,
      INPUT_COMMAND: "gate",
      INPUT_ARGS: "--wait\n\n-q",
      INPUT_REASON: "",
      INPUT_DRY_RUN: "false",
      LATEEN_SHA: world.commits[1],
      LATEEN_CONFIG: "",
      LATEEN_ENV: "",
      LATEEN_OVERRIDE: "",
    };
    await promisify(execFile)("bash", [join(root, "tools/action.sh")], { cwd: world.folder.path, env });
    const [, result = ""] = /^result=(.*)$/m.exec(world.folder.read("output")) ?? [];
    expect(world.folder.read("output")).toContain("outcome=open\nproceed=true\n");
    expect(JSON.parse(readFileSync(result, "utf8"))).toMatchObject({ command: "gate", outcome: "open" });
    const hostile = { ...env, INPUT_VERSION: "1.0.0; touch owned" };
    await expect(
      promisify(execFile)("bash", [join(root, "tools/action.sh")], { cwd: world.folder.path, env: hostile }),
    ).rejects.toMatchObject({ code: 2 });
  } finally {
    await world.close();
  }
});
