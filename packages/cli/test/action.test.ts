import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { writeWorkflow } from "../src/commands/init/write-workflow.ts";
import { formatOutputs } from "../src/output/job-log.ts";
import { createFolder } from "./folder.ts";
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
  readonly on: Readonly<Record<string, unknown>> & {
    readonly workflow_dispatch: { readonly inputs: Readonly<Record<string, { readonly required?: boolean }>> };
  };
  readonly permissions: Readonly<Record<string, string>>;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: unknown;
  readonly steps: readonly Step[];
}
interface Step {
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}
const exampleOf = (file: string): Workflow => parse(readFileSync(join(root, "examples", file), "utf8")) as Workflow;
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
    const workflow = exampleOf(file);
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

describe.each(["github.yml", "gitea.yml"])("examples/%s", (file) => {
  const { on, jobs, concurrency } = exampleOf(file);
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  test("is started by hand with a SHA and a reason, and by the clock", () => {
    expect(Object.keys(on.workflow_dispatch.inputs)).toEqual(["command", "sha", "reason", "override"]);
    expect(on.workflow_dispatch.inputs["reason"]?.required).toBe(true);
    expect(on["schedule"]).toHaveLength(1);
    const own = steps.filter(({ uses }) => uses?.startsWith("acme/"));
    expect(own.map((step) => step.with?.["command"])).toEqual([
      "${{ inputs.command || 'ship' }}",
      "reconcile",
      "status",
    ]);
    expect(own[2]?.with?.["args"]?.split("\n")).toContain("--fail-on-drift");
  });

  test("drops no run, and pins what it uses", () => {
    expect([concurrency, ...Object.values(jobs).map((job) => job.concurrency)].filter(Boolean)).toEqual([]);
    for (const { uses = "" } of steps) expect(uses).toMatch(/@(?:[0-9a-f]{40}|v\d+\.\d+\.\d+)$/);
  });
});

test("a job on GitHub starts when publishing or E2E has ended, and may write only what it writes", () => {
  const { on, permissions, jobs } = exampleOf("github.yml");
  expect(on["workflow_run"]).toEqual({
    workflows: ["publish", "E2E (full lifecycle)"],
    types: ["completed"],
    branches: ["main"],
  });
  expect(permissions).toEqual({});
  const writes = Object.entries(jobs).map(([name, job]) => [
    name,
    Object.entries(job.permissions ?? {}).flatMap(([what, how]) => (how === "write" ? [what] : [])),
  ]);
  expect(writes).toEqual([
    ["ship", ["contents", "packages"]],
    ["watch", ["packages"]],
  ]);
});

test("what is typed into the form of a dispatch is one word of a command line, whatever it is", async () => {
  const integrity = `sha512-${Buffer.alloc(64, 7).toString("base64")}`;
  const text = writeWorkflow({ kind: "github", run: { version: "1.2.3", integrity }, after: ["publish"] });
  const [, run = ""] = (parse(text) as Workflow).jobs["ship"]?.steps.flatMap((step) => step.run ?? []) ?? [];
  expect(run).not.toContain("${{");
  const folder = createFolder();
  chmodSync(folder.write("lateen", '#!/bin/sh\nprintf "%s\\n" "$@"\n'), 0o755);
  const started = async (more: Readonly<Record<string, string>>): Promise<readonly string[]> => {
    const env = { PATH: `${folder.path}:${process.env["PATH"]}`, ...more };
    const { stdout } = await promisify(execFile)("sh", ["-e", "-c", run], { env });
    return stdout.trimEnd().split("\n");
  };
  const reason = `it's "broken"; $(touch owned) --force`;
  expect(await started({ COMMAND: "rollback", SHA: "abcdef1", REASON: reason })).toEqual([
    "rollback",
    "--sha=abcdef1",
    `--reason=${reason}`,
  ]);
  expect(await started({ COMMAND: "ship", SHA: "", REASON: "" })).toEqual(["ship"]);
  folder.remove();
});

test("another package under the version that was pinned is not installed", async () => {
  const folder = createFolder();
  const bytes = "the package";
  const sha512 = createHash("sha512").update(bytes).digest();
  const run = { version: "1.2.3", integrity: `sha512-${sha512.toString("base64")}` };
  const steps = (parse(writeWorkflow({ kind: "gitea", run, after: [] })) as Workflow).jobs["ship"]?.steps ?? [];
  const install = steps.find((step) => step.run?.includes("npm pack"));
  // In place of npm: packs what it is given, and notes what it installs.
  const npm = `#!/bin/sh
case $1 in
  pack) printf %s "$BYTES" >"$RUNNER_TEMP/lateen-cli-1.2.3.tgz" ;;
  install) touch "$RUNNER_TEMP/installed" ;;
esac
`;
  chmodSync(folder.write("npm", npm), 0o755);
  const started = async (given: string): Promise<unknown> => {
    const env = {
      PATH: `${folder.path}:${process.env["PATH"]}`,
      RUNNER_TEMP: folder.path,
      BYTES: given,
      ...install?.env,
    };
    return promisify(execFile)("bash", ["-e", "-c", install?.run ?? ""], { env }).then(
      () => "installed",
      () => "refused",
    );
  };
  expect({ other: await started("another package"), installed: existsSync(join(folder.path, "installed")) }).toEqual({
    other: "refused",
    installed: false,
  });
  expect(await started(bytes)).toBe("installed");
  folder.remove();
});

test("version 0.0.0 is never run from outside of a checkout", async () => {
  const folder = createFolder();
  const env = { PATH: process.env["PATH"], GITHUB_ACTION_PATH: folder.path, INPUT_COMMAND: "status" };
  mkdirSync(join(folder.path, "packages/cli"), { recursive: true });
  for (const given of [{ INPUT_VERSION: "0.0.0" }, {}]) {
    folder.write("packages/cli/package.json", '{\n  "version": "0.0.0",\n}\n');
    const ran = promisify(execFile)("bash", [join(root, "tools/action.sh")], {
      cwd: folder.path,
      env: { ...env, ...given },
    });
    await expect(ran).rejects.toMatchObject({
      code: 2,
      stdout: expect.stringContaining("0.0.0 was never published") as string,
    });
  }
  folder.remove();
});

test("its script runs the program and writes the outputs, whatever the inputs hold", async () => {
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

test("a step is green whatever the outcome, unless fail-on names it", async () => {
  const world = await startWorld({ size: 2 });
  const stepOf = (command: string, failOn: string, args = "", commit = sha): Promise<number> =>
    promisify(execFile)("bash", [join(root, "tools/action.sh")], {
      cwd: world.folder.path,
      env: {
        ...tokens,
        PATH: process.env["PATH"],
        GITHUB_ACTION_PATH: root,
        RUNNER_TEMP: world.folder.path,
        INPUT_COMMAND: command,
        INPUT_FAIL_ON: failOn,
        INPUT_ARGS: args,
        LATEEN_SHA: commit,
      },
    }).then(
      () => 0,
      ({ code }: { readonly code: number }) => code,
    );
  const sha = await world.release({ checks: "cancelled" });
  try {
    const codes = {
      gate: await stepOf("gate", ""),
      other: await stepOf("gate", "held,superseded"),
      named: await stepOf("gate", "held, deferred"),
      ship: await stepOf("ship", "deferred"),
      // 13: a plan that found something to do.
      plan: await stepOf("plan", "", "--detailed-exitcode\n--override\nsupersession=a test", world.commits[1]),
    };
    expect(codes).toEqual({ gate: 0, other: 0, named: 10, ship: 3, plan: 0 });
  } finally {
    await world.close();
  }
});

test("the reason of a dispatch is in the ledger, and its SHA is what a rollback goes back to", async () => {
  const world = await startWorld({ size: 2, commits: 3 });
  const step = (inputs: Readonly<Record<string, string>>): Promise<unknown> =>
    promisify(execFile)("bash", [join(root, "tools/action.sh")], {
      cwd: world.folder.path,
      env: {
        ...tokens,
        PATH: process.env["PATH"],
        GITHUB_ACTIONS: "true",
        GITHUB_ACTION_PATH: root,
        GITHUB_ACTOR: "octavia",
        GITHUB_OUTPUT: world.folder.write("output", ""),
        RUNNER_TEMP: world.folder.path,
        ...inputs,
      },
    });
  try {
    const [first = "", , last = ""] = world.commits;
    await step({ INPUT_COMMAND: "ship", INPUT_REASON: "the ticket says so", LATEEN_SHA: last });
    expect(await world.ledger()).toContain("the ticket says so");
    await step({ INPUT_COMMAND: "rollback", INPUT_REASON: "checkout fails", LATEEN_SHA: first });
    expect(world.folder.read("output")).toContain(`outcome=shipped\nproceed=true\nsha=${first}\n`);
    expect(world.tag("acme/platform", "latest")).toBe(world.digest("acme/platform", 0));
  } finally {
    await world.close();
  }
});
