import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseRemoteAddress } from "../src/commands/init/remote.ts";
import { type WorkflowOptions, writeWorkflow } from "../src/commands/init/write-workflow.ts";
import { createFolder, type Folder } from "./folder.ts";
import { type Ran, root, runHere } from "./run-lateen.ts";

let folder: Folder;
beforeEach(() => {
  folder = createFolder();
});
afterEach(() => folder.remove());

const lateen = (...argv: readonly string[]): Promise<Ran> => runHere(argv, { cwd: folder.path });

/** A clone of a project with three workflows. */
function project(remote: string, place: ".github" | ".gitea"): void {
  execFileSync("git", ["init", "-q", folder.path]);
  execFileSync("git", ["-C", folder.path, "remote", "add", "origin", remote]);
  mkdirSync(join(folder.path, place, "workflows"), { recursive: true });
  folder.write(
    `${place}/workflows/ci.yml`,
    "name: CI\non: push\njobs:\n  lint: { runs-on: x }\n  all-required: { runs-on: x }\n",
  );
  folder.write(
    `${place}/workflows/e2e.yml`,
    "name: E2E (full lifecycle)\non: { push: { paths: ['web/**'] } }\njobs: { e2e: { runs-on: x } }\n",
  );
  folder.write(
    `${place}/workflows/publish.yml`,
    "name: publish images\non: push\njobs:\n  build: { runs-on: x, steps: [{ run: docker push ghcr.io/acme/platform:staging-x && docker push ghcr.io/acme/platform-tenant:x }] }\n",
  );
}

describe("init", () => {
  test.each([
    ["https://git.example.com/acme/core.git", ".gitea", "gitea", "CI / all-required (push)"],
    ["git@github.com:acme/core.git", ".github", "github", "all-required"],
  ] as const)(
    "in a clone of %s writes a configuration that holds and a workflow without a warning",
    async (remote, place, kind, check) => {
      project(remote, place);
      const ran = await lateen("init", "--json");
      expect({ code: ran.code, files: ran.json()["files"] }, ran.stderr).toEqual({
        code: 0,
        files: ["lateen.yaml", `${place}/workflows/lateen.yml`],
      });
      const shown = await lateen("config", "show");
      for (const text of [
        `forge.kind               ${kind}`,
        "acme/core",
        "ghcr.io/acme/platform-tenant",
        check,
        "e2e.yml",
        "publish.yml",
      ])
        expect(shown.stdout.replaceAll(/ +/g, " ")).toContain(text.replaceAll(/ +/g, " "));
      const lint = await lateen("lint-workflow", `${place}/workflows/lateen.yml`);
      expect({ code: lint.code, stdout: lint.stdout }).toEqual({ code: 0, stdout: "nothing to warn about\n" });
      const again = await lateen("init");
      expect({ code: again.code, namesForce: again.stderr.includes("--force") }).toEqual({ code: 2, namesForce: true });
      expect((await lateen("init", "--force")).code).toBe(0);
    },
  );

  test("names the options for what it cannot tell, and takes them before everything else", async () => {
    expect((await lateen("init")).stderr).toContain("--forge github or --forge gitea");
    const placeless = await lateen("init", "--forge", "gitea");
    expect({ code: placeless.code, stderr: placeless.stderr.replaceAll(/\s+/g, " ") }).toEqual({
      code: 2,
      stderr: expect.stringContaining("give --url https://git.example.com and --repository acme/core, or add a remote"),
    });
    expect((await lateen("init", "--forge", "github")).stderr).toContain("give --repository acme/core");
    project("https://github.com/acme/old.git", ".github");
    const place = ["--url", "https://git.example.com:8443/", "--repository", "acme/core", "--branch", "trunk"];
    const ran = await lateen("init", "--forge", "gitea", ...place);
    expect({ code: ran.code, stderr: ran.stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining("lateen doctor"),
    });
    const config = folder.read("lateen.yaml");
    for (const part of ["url: https://git.example.com:8443\n", "repository: acme/core", "branch: trunk", "kind: gitea"])
      expect(config).toContain(part);
    expect(folder.read(".github/workflows/lateen.yml")).toContain("branches: [trunk]");
  });

  test.each([
    ["--url", "git.example.com"],
    ["--url", "https://user:secret@git.example.com"],
    ["--url", "https://git.example.com?a=b"],
    ["--repository", "core"],
    ["--repository", "a/b\nc: d"],
    ["--branch", "-x"],
    ["--forge-version", "new"],
  ])("refuses %s %j", async (option, value) => {
    project("https://git.example.com/acme/core.git", ".gitea");
    const ran = await lateen("init", option, value);
    expect({
      code: ran.code,
      namesOption: ran.stderr.includes(option),
      showsSecret: ran.stderr.includes("secret"),
    }).toEqual({ code: 2, namesOption: true, showsSecret: false });
    expect(() => folder.read("lateen.yaml")).toThrow("ENOENT");
  });

  test("a dry run prints both files, writes none, and refuses what would be refused", async () => {
    project("https://git.example.com/acme/core.git", ".gitea");
    const text = await lateen("init", "--dry-run");
    const json = await lateen("init", "--dry-run", "--json");
    expect({ code: text.code, outcome: json.json().outcome, files: json.json()["files"] }).toEqual({
      code: 0,
      outcome: "planned",
      files: ["lateen.yaml", ".gitea/workflows/lateen.yml"],
    });
    expect(() => folder.read("lateen.yaml")).toThrow("ENOENT");
    await lateen("init");
    const written = [folder.read("lateen.yaml"), folder.read(".gitea/workflows/lateen.yml")];
    expect(json.json()["contents"]).toEqual({ "lateen.yaml": written[0], ".gitea/workflows/lateen.yml": written[1] });
    expect(text.stdout).toBe(`# lateen.yaml\n${written[0]}\n# .gitea/workflows/lateen.yml\n${written[1]}\n`);
    const narrow = await runHere(["init", "--dry-run", "--force"], { cwd: folder.path, answerColumns: 40 });
    expect(narrow.stdout).toBe(text.stdout);
    const again = await lateen("init", "--dry-run");
    expect({
      code: again.code,
      saysThatTheyExist: again.stderr.includes("exist already; nothing was written"),
    }).toEqual({ code: 2, saysThatTheyExist: true });
  });

  test.each(["lateen.yml", "lateen.json", "lateen.ts", ".gitea/workflows/lateen.yml"])(
    "leaves a project alone that has a %s",
    async (name) => {
      project("https://git.example.com/acme/core.git", ".gitea");
      folder.write(name, "mine");
      const ran = await lateen("init");
      expect({
        code: ran.code,
        namesFile: ran.stderr.includes(`${name} exists already`),
        text: folder.read(name),
      }).toEqual({ code: 2, namesFile: true, text: "mine" });
      expect(() => folder.read("lateen.yaml")).toThrow("ENOENT");
    },
  );

  test("on Gitea it stays in the folder that the others are in: a new one would switch them off", async () => {
    project("https://git.example.com/acme/core.git", ".github");
    const ran = await lateen("init", "--forge", "gitea", "--json");
    expect(ran.json()["files"]).toEqual(["lateen.yaml", ".github/workflows/lateen.yml"]);
  });

  test("lists the secrets to set, where each goes and the scopes that it needs", async () => {
    const { stderr } = await lateen(
      "init",
      "--forge",
      "gitea",
      "--url",
      "https://git.example.com",
      "--repository",
      "acme/core",
    );
    expect(stderr).toContain(
      "secrets to set:\n  RELEASE_TOKEN, which the job has as GITEA_TOKEN, for git.example.com (forge.token): read:repository",
    );
    // Every name that is listed is one that the workflow asks the forge for.
    const workflow = folder.read(".gitea/workflows/lateen.yml");
    const named = [...stderr.matchAll(/^ {2}([A-Z][A-Z0-9_]+), /gm)].map(([, name = ""]) => name);
    expect(named.filter((name) => !workflow.includes(`secrets.${name} }}`))).toEqual([]);
    expect(stderr).toMatch(/GITEA_TOKEN, for git\.example\.com \(promote\.ledger\): write:repository/);
    expect(stderr).toMatch(
      /GIT_EXAMPLE_COM_PASSWORD, for git\.example\.com \(registries\.git\.example\.com\.?\w*\): pull and push/,
    );
  });

  test("in a worktree, in a folder below, and with several remotes", async () => {
    project("https://git.example.com/acme/core.git", ".gitea");
    const git = (...args: readonly string[]): unknown =>
      execFileSync("git", ["-C", folder.path, "-c", "user.name=a", "-c", "user.email=a@example.com", ...args]);
    git("remote", "rename", "origin", "upstream");
    git("remote", "add", "fork", "https://git.example.com/fork/core.git");
    git("remote", "add", "origin", "ssh://git@git.example.com:2222/acme/core.git");
    git("add", ".");
    git("commit", "-qm", "one");
    git("worktree", "add", "-q", "tree");
    git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/stable");
    mkdirSync(join(folder.path, "tree/deep/er"), { recursive: true });
    const ran = await runHere(["init"], { cwd: join(folder.path, "tree/deep/er") });
    expect({ code: ran.code, stdout: ran.stdout }, ran.stderr).toEqual({
      code: 0,
      stdout: "../../lateen.yaml\n../../.gitea/workflows/lateen.yml\n",
    });
    const config = folder.read("tree/lateen.yaml");
    for (const part of ["url: https://git.example.com\n", "repository: acme/core\n", "branch: stable\n"])
      expect(config).toContain(part);
  });

  test.each<[what: string, kind: "github" | "gitea", files: Record<string, string>, ...parts: string[]]>([
    ["no workflows at all", "github", {}, "- ghcr.io/acme/core", "whenAbsent: refuse"],
    [
      "no workflows at all",
      "gitea",
      {},
      "- git.example.com/acme/core",
      "GIT_EXAMPLE_COM_PASSWORD",
      "whenAbsent: refuse",
    ],
    [
      "workflows that cannot be read",
      "github",
      { "ci.yml": "on: [push\n", "e2e.yml": "\t", "publish.yml": "- a", "x.yml": "" },
      "whenAbsent: refuse",
    ],
    [
      "a matrix, an expression in a name, and a name with quotes",
      "gitea",
      {
        "ci.yml":
          'name: \'C"I\'\non: push\njobs:\n  a: { runs-on: x, strategy: { matrix: { v: [1] } } }\n  b: { runs-on: x, name: "t ${{ matrix.v }}" }\n',
      },
      '- { file: "ci.yml", whenAbsent: prove }',
    ],
    [
      "a job that always reports for the others",
      "gitea",
      {
        "ci.yml":
          "name: CI\non: push\njobs:\n  a: { runs-on: x }\n  b: { runs-on: x }\n  done: { runs-on: x, needs: [a, b], if: always() }\n",
      },
      '- "CI / done (push)"',
    ],
    [
      "a job that others can skip",
      "github",
      {
        "ci.yml":
          "name: CI\non: push\njobs:\n  a: { runs-on: x }\n  all: { runs-on: x, needs: [a] }\n  ok: { runs-on: x, needs: a, if: success() }\n  bad: { runs-on: x, needs: a, if: failure() }\n",
      },
      '- { file: "ci.yml", whenAbsent: prove }',
    ],
    [
      "a called workflow, and a matrix under a fixed name",
      "github",
      {
        "ci.yml":
          "name: CI\non: push\njobs:\n  image: { uses: acme/w/.github/workflows/i.yml@v1 }\n  t: { runs-on: x, name: Test, strategy: { matrix: { v: [1] } } }\n",
      },
      '- { file: "ci.yml", whenAbsent: prove }',
    ],
    [
      "a publish workflow that never runs on the branch",
      "github",
      { "publish.yml": "name: publish\non: release\njobs: { a: { runs-on: x } }\n" },
      "killSwitch: { variable: PROD_AUTO_DEPLOY_DISABLED }\n# The tenants",
    ],
    [
      "checks that a filter leaves out sometimes",
      "github",
      { "ci.yml": "name: CI\non: { push: { paths: [web/**] } }\njobs: { a: { runs-on: x } }\n" },
      '- { file: "ci.yml", whenAbsent: prove }',
    ],
    [
      "tests that are chained and never run on a push",
      "github",
      { "e2e.yml": "name: E2E\non: { workflow_run: { workflows: [publish] } }\njobs: { a: { runs-on: x } }\n" },
      "whenAbsent: refuse",
    ],
    [
      "images of others next to its own, by expression and on ECR",
      "github",
      {
        "publish.yml":
          "name: publish\non: push\njobs:\n  a:\n    runs-on: x\n    container: ghcr.io/acme/builder:1\n    steps:\n      - run: docker push ghcr.io/${{ github.repository }}:x\n      - run: docker push 123456789012.dkr.ecr.us-east-2.amazonaws.com/acme/core:x\n      - run: docker pull docker.io/library/node:24\n",
      },
      "  images:\n    - ghcr.io/acme/core\n    - 123456789012.dkr.ecr.us-east-2.amazonaws.com/acme/core\nregistries:",
    ],
  ])("%s, on %s: what is written holds and is clean", async (_, kind, files, ...parts) => {
    project(`https://${kind === "github" ? "github.com" : "git.example.com"}/Acme/core.git`, `.${kind}`);
    for (const name of ["ci.yml", "e2e.yml", "publish.yml"]) rmSync(join(folder.path, `.${kind}/workflows/${name}`));
    for (const [name, text] of Object.entries(files)) folder.write(`.${kind}/workflows/${name}`, text);
    for (const version of kind === "github"
      ? [[]]
      : [[], ["--forge-version", "1.22.6"], ["--forge-version", "1.27.0"]]) {
      const ran = await lateen("init", "--force", ...version);
      expect(ran.code, ran.stderr).toBe(0);
      for (const part of parts) expect(folder.read("lateen.yaml")).toContain(part);
      expect((await lateen("config", "show")).code).toBe(0);
      const lint = await lateen("lint-workflow", `.${kind}/workflows/lateen.yml`, ...version);
      expect({ code: lint.code, stdout: lint.stdout }).toEqual({ code: 0, stdout: "nothing to warn about\n" });
    }
  });

  test("a workflow without a name is called as the forge calls it", async () => {
    project("https://github.com/acme/core.git", ".github");
    for (const name of ["e2e.yml", "publish.yml"]) rmSync(join(folder.path, `.github/workflows/${name}`));
    folder.write(".github/workflows/ci.yml", "on: push\njobs: { a: { runs-on: x } }\n");
    await lateen("init");
    expect(folder.read(".github/workflows/lateen.yml")).toContain('workflows: [".github/workflows/ci.yml"]');
  });

  test.each([
    ["1.22.6", "/ full (push)"],
    ["1.26.4", "/ full (push)"],
    ["1.27.3", "ci.yml / full (push)"],
  ])("on Gitea %s a job of a workflow without a name is %j", async (version, check) => {
    project("https://git.example.com/acme/core.git", ".gitea");
    const jobs = "jobs:\n  a: { runs-on: x }\n  full: { runs-on: x, needs: [a], if: always() }\n";
    folder.write(".gitea/workflows/ci.yml", `on: push\n${jobs}`);
    await lateen("init", "--forge-version", version);
    expect(folder.read("lateen.yaml")).toContain(`- ${JSON.stringify(check)}`);
  });

  test("on Gitea it starts at the end of others since 1.25, by a push before", async () => {
    project("https://git.example.com/acme/core.git", ".gitea");
    await lateen("init", "--forge-version", "1.26.4");
    expect(folder.read(".gitea/workflows/lateen.yml")).toMatch(/workflow_run:\n.*workflows: .*\n.*completed/);
    await lateen("init", "--force", "--forge-version", "1.24.6");
    expect(folder.read(".gitea/workflows/lateen.yml")).not.toContain("workflow_run:");
  });

  test("only a push of this repository starts a release at the end of another workflow", async () => {
    project("https://github.com/acme/core.git", ".github");
    await lateen("init");
    const text = folder.read(".github/workflows/lateen.yml");
    expect(text).toContain("github.event.workflow_run.event == 'push'");
    expect(text).toContain("github.event.workflow_run.head_repository.full_name == github.repository");
  });

  test("an address of numbers makes names that are some, and one by plain http is said to be insecure", async () => {
    project("http://192.168.1.20:3000/acme/core.git", ".gitea");
    folder.write(".gitea/workflows/publish.yml", "name: publish\non: push\njobs: { a: { runs-on: x } }\n");
    await lateen("init", "--forge-version", "1.26.4");
    expect(folder.read("lateen.yaml")).toContain("REGISTRY_192_168_1_20_3000_PASSWORD");
    expect(folder.read("lateen.yaml").match(/insecure: true/g)).toHaveLength(3);
    const shown = await lateen("config", "show");
    expect(shown.code, shown.stderr).toBe(0);
  });

  test("a branch that is a number stays text, and GitHub's own subdomain has its own API", async () => {
    project("https://acme.ghe.com/acme/core.git", ".github");
    await lateen("init", "--branch", "7.0");
    expect(folder.read("lateen.yaml")).toContain('branch: "7.0"');
    expect(folder.read("lateen.yaml")).toContain("kind: github");
    expect(folder.read(".github/workflows/lateen.yml")).toContain('branches: ["7.0"]');
    const shown = await lateen("config", "show");
    expect({ code: shown.code, stdout: shown.stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining("https://api.acme.ghe.com"),
    });
  });

  test("the job is given the secrets that the configuration names", async () => {
    project("https://git.example.com/acme/core.git", ".gitea");
    folder.write(
      ".gitea/workflows/publish.yml",
      "name: publish\non: push\njobs: { a: { runs-on: x, steps: [{ run: docker push registry.example.com/acme/core:x }, { run: docker push 123456789012.dkr.ecr.us-east-2.amazonaws.com/acme/core:x }] } }\n",
    );
    await lateen("init");
    const named = [...folder.read("lateen.yaml").matchAll(/^[^#\n]*$/gm)].flatMap(([line]) =>
      [...line.matchAll(/env: (\w+)/g)].map(([, name = ""]) => name),
    );
    const workflow = folder.read(".gitea/workflows/lateen.yml");
    expect(named.length).toBeGreaterThan(2);
    for (const name of [...named, "AWS_ACCESS_KEY_ID"]) expect(workflow, name).toContain(`${name}: \${{ secrets.`);
  });
});

describe("what the workflow runs", () => {
  const integrity = `sha512-${Buffer.alloc(64, 7).toString("base64")}`;
  const workflow = (): string => folder.read(".github/workflows/lateen.yml");
  const initAt = async (home: string, version: string): Promise<Ran> => {
    project("https://github.com/acme/core.git", ".github");
    return runHere(["init"], { cwd: folder.path, home: join(folder.path, home), version });
  };

  test("from a checkout the action by commit, and never a version that was not published", async () => {
    project("https://github.com/acme/core.git", ".github");
    await lateen("init");
    const commit = execFileSync("git", ["-C", root, "rev-parse", "HEAD"], { encoding: "utf8" }).trim();
    expect(workflow().match(/acme\/lateen@.*/g)).toEqual(Array.from({ length: 3 }, () => `acme/lateen@${commit}`));
    expect(workflow()).not.toContain("0.0.0");
  });

  test.each([
    [
      "npm",
      "node_modules/@lateen/cli",
      "node_modules/.package-lock.json",
      JSON.stringify({ packages: { "node_modules/@lateen/cli": { version: "1.2.3", integrity } } }),
    ],
    [
      "pnpm",
      "node_modules/.pnpm/@lateen+cli@1.2.3/node_modules/@lateen/cli",
      "node_modules/.pnpm/lock.yaml",
      `packages:\n\n  '@lateen/cli@1.2.3':\n    resolution: {integrity: ${integrity}}\n    engines: {node: '>=22'}\n`,
    ],
  ])("the package that %s installed by version and integrity", async (_, home, lock, text) => {
    mkdirSync(join(folder.path, home), { recursive: true });
    folder.write(lock, text);
    const ran = await initAt(home, "1.2.3");
    expect(ran.code, ran.stderr).toBe(0);
    expect(workflow()).toContain("@lateen/cli@1.2.3\n");
    expect(workflow()).toContain(`SHA512: ${"07".repeat(64)}\n`);
    expect(workflow()).not.toContain("npx");
  });

  test.each([
    ["version 0.0.0", "0.0.0", { version: "0.0.0", integrity }],
    ["another version in the lockfile", "1.2.3", { version: "1.2.4", integrity }],
    ["a lockfile without integrity", "1.2.3", { version: "1.2.3" }],
    ["an integrity that is none", "1.2.3", { version: "1.2.3", integrity: "sha1-abc" }],
  ])("%s is refused, and nothing is written", async (_, version, entry) => {
    const home = "node_modules/@lateen/cli";
    mkdirSync(join(folder.path, home), { recursive: true });
    const packages = { "node_modules/@lateen/cli": entry };
    folder.write("node_modules/.package-lock.json", JSON.stringify({ packages }));
    const ran = await initAt(home, version);
    expect({ code: ran.code, says: ran.stderr.includes("so that nothing else can run") }).toEqual({
      code: 2,
      says: true,
    });
    expect(() => folder.read("lateen.yaml")).toThrow("ENOENT");
  });
});

describe("a remote", () => {
  test.each([
    ["https://git.example.com/acme/core.git", "https://git.example.com", "acme/core"],
    ["https://octavia:t0ken@git.example.com/acme/core", "https://git.example.com", "acme/core"],
    ["http://127.0.0.1:3000/acme/core.git/", "http://127.0.0.1:3000", "acme/core"],
    ["https://example.com/git/acme/core.git", "https://example.com/git", "acme/core"],
    ["git@github.com:acme/core.git", "https://github.com", "acme/core"],
    ["ssh://git@git.example.com:2222/acme/core.git", "https://git.example.com", "acme/core"],
    ["git.example.com:acme/core", undefined, undefined],
    ["/srv/git/core.git", undefined, undefined],
    ["file:///srv/git/acme/core.git", undefined, undefined],
    ["ext::sh -c x", undefined, undefined],
    ["", undefined, undefined],
  ])("at %s", (address, url, repository) => {
    expect(parseRemoteAddress(address)).toEqual(url === undefined ? undefined : { url, repository });
  });
});

describe("the example workflows", () => {
  const reference = `acme/lateen@${"0".repeat(40)} # the commit of the release that you chose`;
  const action = { run: { action: reference }, after: ["publish", "E2E (full lifecycle)"] };
  test.each<[string, WorkflowOptions]>([
    ["github.yml", { kind: "github", ...action }],
    ["gitea.yml", { kind: "gitea", version: "1.26.4", ...action }],
  ])("%s is what init would write with the action", async (file, options) => {
    expect(readFileSync(join(root, "examples", file), "utf8")).toBe(writeWorkflow(options));
    const lint = await runHere(["lint-workflow", file, "--forge", options.kind, "--forge-version", "1.26.4"], {
      cwd: join(root, "examples"),
    });
    expect({ code: lint.code, stdout: lint.stdout }).toEqual({ code: 0, stdout: "nothing to warn about\n" });
  });
});
