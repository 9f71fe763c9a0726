import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commands } from "../src/commands/commands.table.ts";
import { createFolder, type Folder } from "./folder.ts";
import { runHere, runLateen } from "./run-lateen.ts";
import { root } from "./source-files.ts";

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
});
afterAll(() => folder.remove());

const here = (argv: readonly string[], env: Readonly<Record<string, string>> = {}): ReturnType<typeof runHere> =>
  runHere(argv, { cwd: folder.path, env });

// `pnpm bump` makes it another one, and the branch of a release has to pass too.
const own = JSON.parse(readFileSync(join(root, "packages/cli/package.json"), "utf8")) as { readonly version: string };

describe("bin/lateen itself", () => {
  test("prints help, version and errors with the exit codes of the contract", async () => {
    const here = { cwd: folder.path, from: "source" } as const;
    const [help, version, unknown] = await Promise.all([
      runLateen(["--help"], here),
      runLateen(["--version"], here),
      runLateen(["shp", "--result-file", "out/bin.json"], here),
    ]);
    expect({ code: help.code, stderr: help.stderr }).toEqual({ code: 0, stderr: "" });
    expect(help.stdout).toContain("  ship ");
    expect({ code: version.code, stdout: version.stdout }).toEqual({ code: 0, stdout: `${own.version}\n` });
    expect({ code: unknown.code, stdout: unknown.stdout }).toEqual({ code: 2, stdout: "" });
    expect(unknown.stderr).toBe(
      'error: there is no command "shp"; did you mean "ship"?\n  why: nothing is touched before the arguments are understood\n  fix: lateen --help lists the commands\n',
    );
    expect(JSON.parse(folder.read("out/bin.json"))).toMatchObject({
      schemaVersion: 1,
      command: "shp",
      outcome: "error",
      error: { code: "USAGE" },
    });
  });
});

test("a command that is none gives no order to a runner", async () => {
  const { stderr } = await here(["x,line=9::a\n::error::pwned"], { GITHUB_ACTIONS: "true" });
  expect(stderr).toMatch(/^::error title=lateen x\?line\?9\?\?a\?\?\?error\?\?pwned::/);
  expect(stderr.match(/^::/gm)).toHaveLength(1);
});

describe("a faulty command line", () => {
  test.each([
    [[], "no command is given"],
    [["shp"], 'there is no command "shp"; did you mean "ship"?'],
    [["gate", "--wiat"], 'did you mean "--wait"?'],
    [["gate", "--color", "alway"], 'did you mean "always"?'],
    [["demo", "half-tga"], 'did you mean "half-tag"?'],
    [["completion", "bsh"], 'did you mean "bash"?'],
    [["gate", "--override", "a=b", "--sha", "abcdef1", "--sha", "abcdef2"], "--sha is given twice"],
    [["--jsn", "gate"], 'did you mean "--json"?'],
    [["gate", "extra"], 'takes no arguments, not "extra"'],
    [["inspect"], "needs REF"],
    [["inspect", "a.example/b", "c"], 'takes only REF, not "c"'],
    [["gate", "--output", "xml"], "use one of text, json, ndjson"],
    [["gate", "-q", "-v"], "contradict"],
    [["gate", "--dry-run"], '"--dry-run" is not an option of this command'],
    [["gate", "--override", "gate"], "needs a check and a reason"],
    [["gate", "--override", "gate="], "needs a check and a reason"],
    [["gate", "--override", "gate=a", "--override", "gate=b"], "is given twice"],
    [["rollout", "--only", ","], "--only names no tenant"],
    [["rollout", "--only="], "--only names no tenant"],
    [["rollout", "--only", "Bad_Slug"], "is not a tenant slug"],
    [["rollout", "--resume", "--abandon"], "contradict"],
    [["inspect", "alpine"], "names no registry"],
    [["inspect", "https://ghcr.io/a/b"], "leave the scheme out"],
    [["inspect", "user:pass@ghcr.io/a/b:c"], "leave user and password out"],
    [["retag", "ghcr.io/a/b", "latest"], "neither tag nor digest"],
    [["retag", "ghcr.io/a/b:c", "ghcr.io/a/b@sha256:" + "0".repeat(64)], "has no tag"],
    [["help", "exit-cods"], 'did you mean "exit-codes"?'],
  ])("%j exits 2 and says why", async (argv, message) => {
    const { code, stdout, stderr } = await here(argv);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  test.each(["text", "ndjson"])(
    "--json together with --output %s exits 2, and is answered as --json asks",
    async (output) => {
      const { code, json } = await here(["gate", "--json", "--output", output]);
      expect({ code, reason: json().reason }).toEqual({ code: 2, reason: "--json and --output contradict each other" });
    },
  );

  test("is answered by a document where one was asked for, also in the result file", async () => {
    const { code, json } = await here(["gate", "--wiat", "--json", "--result-file", "faulty.json"]);
    expect(code).toBe(2);
    expect(json()).toMatchObject({
      schemaVersion: 1,
      command: "gate",
      outcome: "error",
      error: { code: "USAGE", fix: expect.any(String) },
    });
    expect(JSON.parse(folder.read("faulty.json"))).toEqual(json());
  });
});

describe("help", () => {
  test("of a command shows its options, examples and where the exit codes are", async () => {
    const { code, stdout } = await here(["rollout", "--help"]);
    expect(code).toBe(0);
    for (const text of [
      "usage: lateen rollout [OPTIONS]",
      "--resume",
      "--dry-run",
      "--json",
      "examples:",
      "lateen help exit-codes",
      "  0 (11)  superseded  a newer release",
      "  5       halted      the rollout stopped",
    ])
      expect(stdout).toContain(text);
    expect(stdout).not.toContain("  open  ");
    expect((await here(["help", "rollout"])).stdout).toBe(stdout);
  });

  test.each(commands.map(({ name }) => name))("of %s has an example of it, and its exit codes", async (name) => {
    const { code, stdout } = await here([name, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`\\nexamples:\n.*\\blateen ${name}\\b.*\n {6}\\S`));
    expect(stdout).toMatch(/\nexit codes .*:\n {4}\d/);
  });

  test("on what does not exist suggests a topic or a command", async () => {
    expect((await here(["help", "exti-codes"])).stderr).toContain('did you mean "exit-codes"?');
    expect((await here(["help", "shp"])).stderr).toContain('did you mean "ship"?');
  });

  test.each(["exit-codes", "environment", "rules"])("has a page on %s", async (topic) => {
    const { code, stdout } = await here(["help", topic]);
    expect({ code, isLong: stdout.length > 300 }).toEqual({ code: 0, isLong: true });
  });
});

describe("a faulty configuration", () => {
  test("[config-invalid] is reported whole, in the document too", async () => {
    folder.write("bad.yaml", "forge: { kind: gitlab }\ngate: { checks: [], tiemout: 5m }\n");
    const { code, stderr, json } = await here([
      "gate",
      "--config",
      "bad.yaml",
      "--json",
      "--result-file",
      "config.json",
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain("bad.yaml:1:16: forge.kind: must be github or gitea");
    expect(stderr).toContain('bad.yaml:2:21: gate.tiemout: there is no such key; did you mean "timeout"?');
    expect(json()).toMatchObject({ outcome: "error", error: { code: "CONFIG_INVALID" } });
    expect(JSON.parse(folder.read("config.json"))).toEqual(json());
  });

  test.each([["gate"], ["superseded"], ["verify"], ["rollout"], ["promote"], ["ship"], ["plan"]])(
    "lateen %s says which sections it needs",
    async (command) => {
      const { code, stderr } = await here([command, "--sha", "a".repeat(40)]);
      expect(code).toBe(2);
      expect(stderr).toMatch(/needs|lacks/);
    },
  );
});

describe("a result file that cannot be written", () => {
  test("[result-file-unwritable] ends the command before anything is done", async () => {
    folder.write("a-file", "");
    const { code, stderr } = await here(["inspect", "127.0.0.1:1/a/b:c", "--result-file", "a-file/result.json"]);
    expect(code).toBe(2);
    expect(stderr).toContain("a-file/result.json cannot be written");
  });
});

describe("without a configuration", () => {
  const sha = `--sha=${"a".repeat(40)}`;
  test.each([["ship"], ["plan"], ["gate"], ["status"], ["explain"], ["history"], ["verify"], ["promote"], ["rollout"]])(
    "%s says so as every other command",
    async (command) => {
      const ran = await runHere([command, sha, "--json"], { cwd: folder.path });
      expect({ code: ran.code, error: ran.json()["error"] }).toEqual({
        code: 2,
        error: {
          code: "CONFIG_MISSING",
          message: expect.stringMatching(/^no lateen\.yaml was found, and the command needs [a-z, ]+$/) as string,
          why: "lateen.yaml is looked for in this folder and in those above it, up to the git root",
          fix: "write a lateen.yaml (lateen init), or name one with --config",
        },
      });
    },
  );
});

describe("at a terminal", () => {
  const keyboard = (
    answer: string,
  ): { asked: string[]; ask(prompt: string): Promise<string>; listen(): () => void } => {
    const asked: string[] = [];
    return { asked, ask: async (prompt) => (asked.push(prompt), answer), listen: () => () => undefined };
  };

  test("what is wrong with the configuration comes before any question", async () => {
    const keys = keyboard("y");
    const { code, stderr } = await runHere(["ship"], { cwd: folder.path, keyboard: keys });
    expect({ code, asked: keys.asked }, stderr).toEqual({ code: 2, asked: [] });
  });

  test.each([
    [["ship", "--yes"], {}],
    [["ship", "--dry-run"], {}],
    [["plan"], {}],
    [["ship"], { CI: "true" }],
    [["ship"], { GITHUB_ACTIONS: "true" }],
  ])("%j with %j does not ask", async (argv, env) => {
    const keys = keyboard("n");
    await runHere(argv, { cwd: folder.path, keyboard: keys, env });
    expect(keys.asked).toEqual([]);
  });
});
