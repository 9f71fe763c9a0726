import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createMemoryGraph, startGiteaFake } from "@lateen/gate/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Finding } from "../src/commands/doctor/finding.ts";
import { createFolder, type Folder } from "./folder.ts";
import { type Ran, runHere } from "./run-lateen.ts";

let folder: Folder;
beforeEach(() => {
  folder = createFolder();
});
afterEach(() => folder.remove());

const lint = (...argv: readonly string[]): Promise<Ran> =>
  runHere(["lint-workflow", ...argv], { cwd: folder.path, haste: 1 });

/** Exit code, and `file:line:column verdict` of every finding; each of them has a fix. */
async function findingsIn(text: string, ...argv: readonly string[]): Promise<readonly [number, ...string[]]> {
  folder.write("w.yml", text);
  const ran = await lint("w.yml", "--json", ...argv);
  const findings = ran.json()["findings"] as readonly Finding[];
  for (const { fix, check } of findings) expect(fix, check).toBeTruthy();
  return [ran.code, ...findings.map(({ check, verdict }) => `${check} ${verdict}`)];
}

const gate = (text: string): string =>
  folder.write(
    "lateen.yaml",
    `forge: { kind: gitea, url: https://g.example.com, repository: a/b }\ngate: { ${text} }\n`,
  );

describe("files that are no workflows", () => {
  test.each<[what: string, text: string, ...findings: string[]]>([
    ["empty", "", "w.yml gap"],
    ["only comments", "# nothing\n", "w.yml gap"],
    ["a list", "- on\n", "w.yml:1:1 gap"],
    ["a word", "on", "w.yml:1:1 gap"],
    ["no on", "jobs: {}\n", "w.yml:1:1 gap"],
    ["an on of nothing", "on:\njobs: {}\n", "w.yml:1:1 gap"],
    ["an on of a number", "on: 5\njobs: {}\n", "w.yml:1:1 gap"],
    ["a list of mappings", "on: [{ push: }]\njobs: {}\n", "w.yml:1:1 gap"],
    ["no jobs", "on: push\n", "w.yml:1:1 gap"],
    ["jobs of a list", "on: push\njobs: []\n", "w.yml:2:1 gap"],
    ["tabs", "on: push\njobs:\n\ta: {}\n", "w.yml:3:1 gap"],
    ["a key twice", "on: push\non: push\njobs: {}\n", "w.yml:2:1 gap"],
    ["an alias to nowhere", "on: *push\njobs: {}\n", "w.yml:1:5 gap"],
    ["binary", "\u0000\u0001", "w.yml:1:1 gap"],
  ])("%s", async (_, text, ...findings) => {
    expect(await findingsIn(text)).toEqual([3, ...findings]);
  });

  test("one that is too large, and one that grows beyond measure, are reported and not read", async () => {
    expect(await findingsIn(`on: push\njobs: {}\n#${"x".repeat(1_048_577)}`)).toEqual([3, "w.yml gap"]);
    const levels = Array.from({ length: 12 }, (_, level) =>
      level === 0 ? "a0: &a0 [x, x, x, x, x, x, x, x, x]" : `a${level}: &a${level} [${`*a${level - 1}, `.repeat(9)}]`,
    );
    expect(await findingsIn(`on: push\njobs: {}\n${levels.join("\n")}\n`)).toEqual([3, expect.stringContaining("gap")]);
  });

  test("a file that is missing is a fault of the command line, and called a workflow", async () => {
    const ran = await lint("nope.yml");
    expect({ code: ran.code, stderr: ran.stderr.split("\n")[0] }).toEqual({
      code: 2,
      stderr: "error: the workflow nope.yml cannot be read",
    });
    expect(ran.stderr).not.toContain("configuration");
    const empty = await lint(".");
    expect({ code: empty.code, saysThatThereIsNone: empty.stderr.includes("no workflow in this folder") }).toEqual({
      code: 2,
      saysThatThereIsNone: true,
    });
  });

  test("a program is not run", async () => {
    folder.write("w.ts", "throw new Error('it was run');\n");
    const ran = await lint("w.ts");
    expect({
      code: ran.code,
      saysThatItRan: ran.stdout.includes("it was run:"),
      saysWhatIsWrong: ran.stdout.includes("not a mapping"),
    }).toEqual({ code: 3, saysThatItRan: false, saysWhatIsWrong: true });
  });

  test("one bad file keeps no other from being looked at, and folders are looked through", async () => {
    mkdirSync(join(folder.path, ".gitea/workflows"), { recursive: true });
    folder.write(".gitea/workflows/a.yml", "on: [push\n");
    folder.write(".gitea/workflows/b.yaml", "on: workflow_run\njobs: {}\n");
    folder.write(".gitea/workflows/c.txt", "on: workflow_run\n");
    const ran = await lint(".gitea/workflows");
    expect(ran.code).toBe(3);
    expect(ran.stdout).toContain("gap      .gitea/workflows/a.yml:2:1: ");
    expect(ran.stdout).toContain(
      "warning  .gitea/workflows/b.yaml:1:1: on.workflow_run: Gitea before 1.25 has no such event",
    );
    expect(ran.stdout).not.toContain("c.txt");
  });
});

describe("what the forge ignores or refuses", () => {
  const everything = [
    "name: a",
    "run-name: b",
    "on: { push: {}, workflow_dispatch: { inputs: { sha: {} } } }",
    "permissions: {}",
    "concurrency: x",
    "jobs:",
    "  one:",
    "    runs-on: { group: g }",
    "    timeout-minutes: 5",
    "    continue-on-error: true",
    "    environment: prod",
    "    permissions: {}",
    "    concurrency: { group: y }",
    "    env: { A: '${{ env.B }}' }",
  ].join("\n");
  const [inputs, runner, environment, env] = ["3:38 gap", "8:5 gap", "11:5 warning", "14:12 gap"];
  const at = (...places: readonly string[]): readonly string[] => places.map((place) => `w.yml:${place}`);

  test.each<[version: string | undefined, ...findings: string[]]>([
    [
      undefined,
      "5:1 warning",
      "13:5 warning",
      "2:1 warning",
      "4:1 warning",
      "12:5 warning",
      "9:5 warning",
      "10:5 warning",
      environment,
      inputs,
      runner,
      env,
    ],
    [
      "1.25.4",
      "5:1 warning",
      "13:5 warning",
      "4:1 warning",
      "12:5 warning",
      "9:5 warning",
      "10:5 warning",
      environment,
      runner,
      env,
    ],
    ["v1.26.4", "9:5 warning", "10:5 warning", environment, runner, env, "5:1 warning", "13:5 warning"],
    ["1.27.0+dev", environment, runner, env, "5:1 warning", "13:5 warning"],
  ])("Gitea %s", async (version, ...findings) => {
    const argv = version === undefined ? [] : ["--forge-version", version];
    expect(await findingsIn(everything, "--forge", "gitea", ...argv)).toEqual([3, ...at(...findings)]);
  });

  test("GitHub ignores none of it, and refuses what it cannot read", async () => {
    expect(await findingsIn(everything, "--forge", "github")).toEqual([3, ...at(env, "5:1 warning", "13:5 warning")]);
  });

  test.each([
    ["on: workflow_run\njobs: {}\n", "1:1 warning"],
    ["on: [push, workflow_run]\njobs: {}\n", "1:12 warning"],
    ["on:\n  push:\n  workflow_run: { workflows: [a] }\njobs: {}\n", "3:3 warning"],
    ["on: &events\n  workflow_run: {}\njobs: {}\nx: *events\n", "2:3 warning"],
    ["on: push\njobs: {}\n", undefined],
    ["\uFEFFon: push\r\njobs: {}\r\n", undefined],
  ])("events are found however they are written: %j", async (text, finding) => {
    const warned = finding === undefined ? [] : at(finding);
    expect(await findingsIn(text, "--forge", "gitea")).toEqual([0, ...warned]);
  });

  test("anchors are looked through, merge keys too where the forge does so, and GitHub refuses those", async () => {
    const text = "on: push\nx: &x { timeout-minutes: 5 }\njobs:\n  a: { <<: *x, runs-on: x }\n  b: *x\n";
    expect(await findingsIn(text, "--forge", "gitea")).toEqual([0, "w.yml:4:3 warning", "w.yml:5:3 warning"]);
    expect(await findingsIn(text, "--forge", "github")).toEqual([3, "w.yml:4:8 gap"]);
  });

  test("the version of an instance that shows nothing without a token is asked with it", async () => {
    const server = await startGiteaFake({ graph: createMemoryGraph(), token: "t0ken", version: "1.26.4" });
    try {
      folder.write(
        "lateen.yaml",
        `forge: { kind: gitea, url: "${server.url}", repository: acme/core, token: { env: GITEA_TOKEN } }\n`,
      );
      folder.write(
        "w.yml",
        "on: { workflow_dispatch: { inputs: { sha: { required: false } } } }\njobs: { a: { runs-on: x, steps: [] } }\n",
      );
      const asked = async (env: Readonly<Record<string, string>>): Promise<number> =>
        (await runHere(["lint-workflow", "w.yml"], { cwd: folder.path, env })).code;
      expect({ withToken: await asked({ GITEA_TOKEN: "t0ken" }), without: await asked({}) }).toEqual({
        withToken: 0,
        without: 3,
      });
    } finally {
      await server.close();
    }
  });

  test("a version that is none is a fault of the command line", async () => {
    folder.write("w.yml", "on: push\njobs: {}\n");
    const ran = await lint("w.yml", "--forge-version", "newest");
    expect({ code: ran.code, saysWhy: ran.stderr.includes("is not a valid version") }).toEqual({
      code: 2,
      saysWhy: true,
    });
  });

  test("the folder that only Gitea reads identifies the forge, whatever is configured; for the other the configuration decides", async () => {
    for (const place of [".gitea", ".github"]) mkdirSync(join(folder.path, place, "workflows"), { recursive: true });
    const text = "on: push\nrun-name: x\njobs: {}\n";
    folder.write(".gitea/workflows/a.yml", text);
    folder.write(".github/workflows/a.yml", text);
    expect((await lint(".gitea/workflows/a.yml", ".github/workflows/a.yml")).stdout.match(/^warning.*/gm)).toHaveLength(
      1,
    );
    gate("checks: [x]");
    expect((await lint(".gitea/workflows/a.yml", ".github/workflows/a.yml")).stdout.match(/^warning.*/gm)).toHaveLength(
      2,
    );
  });
});

describe("what drops queued runs", () => {
  test.each([
    ["x", 1],
    ["{ group: x, cancel-in-progress: false }", 1],
    ["'release-${{ github.ref }}'", 1],
    ["'release-${{ github.sha }}'", 0],
    ["{ group: '${{ github.workflow }}-${{ github.run_id }}' }", 0],
  ])("concurrency: %s", async (concurrency, count) => {
    const text = `on: push\nconcurrency: ${concurrency}\njobs: {}\n`;
    for (const forge of [["github"], ["gitea", "--forge-version", "1.26.0"]])
      expect(await findingsIn(text, "--forge", ...forge)).toHaveLength(1 + count);
  });
});

describe("commits that are left without a run", () => {
  const e2e = (push: string): string => `name: E2E\non: { push: ${push} }\njobs: { e2e: {}, x: { name: all } }\n`;

  test.each<[whenAbsent: string, push: string, code: number, ...findings: string[]]>([
    ["prove", "{ paths: [web/**] }", 0],
    ["prove", "{}", 0],
    ["refuse", "{ paths: [web/**] }", 3, "2:15 gap"],
    ["refuse", "{ paths-ignore: [docs/**] }", 3, "2:15 gap"],
    ["proceed", "{ paths: [web/**] }", 0, "2:15 warning"],
    ["prove", "{ branches: [release/*] }", 3, "2:7 gap"],
    ["prove", "{ branches: ['ma*'] }", 0],
    ["prove", "{ tags: ['v*'] }", 3, "2:7 gap"],
    ["prove", "{ paths: { web: } }", 0, "2:1 warning"],
  ])("a required workflow, whenAbsent: %s, on.push: %s", async (whenAbsent, push, code, ...findings) => {
    gate(`workflows: [{ file: w.yml, whenAbsent: ${whenAbsent} }]`);
    expect(await findingsIn(e2e(push))).toEqual([code, ...findings.map((place) => `w.yml:${place}`)]);
  });

  test.each(["on: pull_request", "on: [workflow_dispatch]", "on: { schedule: [] }"])(
    "a required workflow that never runs on pushes: %s",
    async (on) => {
      gate("workflows: [{ file: w.yml }]");
      expect(await findingsIn(`${on}\njobs: {}\n`)).toEqual([3, "w.yml:1:1 gap"]);
    },
  );

  test.each<[on: string, ...found: (number | string)[]]>([
    ["on: [pull_request, merge_group]", 0],
    ["on: { merge_group: { branches: [main] } }", 0],
    ["on: { merge_group: { branches: [release/*] } }", 3, "w.yml:1:1 gap"],
    ["on: { push: { paths: [web/**] } }", 3, "w.yml:1:1 gap"],
  ])("a required workflow of the merge queue: %s", async (on, ...found) => {
    gate("event: merge_group, workflows: [{ file: w.yml, whenAbsent: refuse }]");
    expect(await findingsIn(`${on}\njobs: {}\n`)).toEqual(found);
  });

  test.each<[check: string, ...found: (number | string)[]]>([
    ["E2E / e2e (push)", 3, "w.yml:2:15 gap"],
    ["E2E / all (push)", 3, "w.yml:2:15 gap"],
    ["E2E / * (push)", 3, "w.yml:2:15 gap"],
    ["CI / all (push)", 0],
  ])("a required check of a job that a path filter leaves out: %s", async (check, ...found) => {
    gate(`checks: ["${check}"]`);
    expect(await findingsIn(e2e("{ paths: [web/**] }"))).toEqual(found);
    expect((await findingsIn(e2e("{}")))[0]).toBe(0);
  });
});

describe("harmless keys are not reported", () => {
  test("an env context of a matrix is none of the job's", async () => {
    const job = "runs-on: x, strategy: { matrix: { env: [{ version: 1 }] } }, env: { V: '${{ matrix.env.version }}' }";
    expect(await findingsIn(`on: push\njobs: { a: { ${job} } }\n`)).toEqual([0]);
  });

  test("a group per pull request drops no commit of the branch", async () => {
    const group = "concurrency: { group: 'label-${{ github.event.pull_request.number }}' }\n";
    expect(await findingsIn(`on: pull_request_target\n${group}jobs: { a: { runs-on: x } }\n`)).toEqual([0]);
    expect(await findingsIn(`on: push\n${group}jobs: { a: { runs-on: x } }\n`)).toEqual([0, "w.yml:2:1 warning"]);
  });

  test("the end of another workflow starts one on Gitea since 1.25", async () => {
    const text = "on: { workflow_run: { workflows: [CI] } }\njobs: { a: { runs-on: x } }\n";
    expect(await findingsIn(text, "--forge", "gitea", "--forge-version", "1.26.4")).toEqual([0]);
    expect(await findingsIn(text, "--forge", "gitea", "--forge-version", "1.24.6")).toEqual([0, "w.yml:1:7 warning"]);
  });
});

test.each([
  ["1.24.6", 1],
  ["1.26.4", 0],
])("without --forge-version the forge is asked, which has %s", async (version, warnings) => {
  const forge = await startGiteaFake({ graph: createMemoryGraph(), version });
  folder.write("lateen.yaml", `forge: { kind: gitea, url: "${forge.url}", repository: acme/core }\n`);
  const text = "on: { workflow_run: { workflows: [CI] } }\njobs: { a: { runs-on: x } }\n";
  expect(await findingsIn(text)).toHaveLength(1 + warnings);
  expect(forge.requests.map(({ path }) => path)).toEqual(["/api/v1/version"]);
  expect(await findingsIn(text, "--forge-version", "1.22.6")).toHaveLength(2);
  expect(await findingsIn(text, "--forge", "github")).toEqual([0]);
  expect(forge.requests).toHaveLength(1);
  await forge.close();
  expect(await findingsIn(text), "one that does not answer counts as old").toHaveLength(2);
});

test.each(["/ a (push)", "w.yml / a (push)"])(
  "a required %j of a workflow without a name is one of its jobs",
  async (check) => {
    gate(`checks: ["${check}"]`);
    const text = "on: { push: { paths: [web/**] } }\njobs: { a: { runs-on: x } }\n";
    expect(await findingsIn(text)).toEqual([3, "w.yml:1:15 gap"]);
  },
);

test.each([
  ["build (20)", "build: { runs-on: x, strategy: { matrix: { v: [20, 22] } } }"],
  ["call / unit", "call: { uses: ./.github/workflows/unit.yml }"],
])("a required %s behind a filter of paths is reported like any other job", async (check, job) => {
  folder.write(
    "lateen.yaml",
    `forge: { kind: github, url: https://github.com, repository: a/b }\ngate: { checks: ["${check}"] }\n`,
  );
  const text = `on:\n  push:\n    paths: [web/**]\njobs:\n  ${job}\n`;
  expect(await findingsIn(text)).toEqual([0, "w.yml:3:5 warning"]);
});
