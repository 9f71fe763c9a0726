import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { createGitRepository } from "@lateen/git-log/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createFolder, type Folder } from "./folder.ts";
import { bundledBin } from "./bundled-programs.ts";
import { runHere } from "./run-lateen.ts";
import { startWorld, tokens, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld({ commits: 3 });
  await world.lateen(["ship", "--sha", world.commits[2] ?? "", "--yes"]);
  // The configuration lies in a clone, as it does in a job and on a desk.
  execFileSync("git", ["clone", "-q", "--bare", world.repository.path, join(world.folder.path, ".git")]);
  execFileSync("git", ["-C", join(world.folder.path, ".git"), "config", "core.bare", "false"]);
});
afterAll(() => world.close());
beforeEach(() => {
  world.configure();
});

/** Candidates of the last word, each with its meaning; nothing else is ever printed. */
const complete = async (
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> => {
  const { code, stdout, stderr } = await world.lateen(["__complete", "--", ...words], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout.split("\n").slice(0, -1);
};
const values = async (...words: readonly string[]): Promise<readonly string[]> =>
  (await complete(words)).map((line) => line.split("\t")[0] ?? "");
const short = (commit: number, length = 12): string => world.commits.at(commit)?.slice(0, length) ?? "";

describe("words of the program", () => {
  test.each<[readonly string[], string]>([
    [["sh"], "ship\tgate, roll out, verify and promote a commit"],
    [["hel"], "help\thelp on a command or a topic"],
    [["ship", "--dr"], "--dry-run\tread and refuse as always, write nothing"],
    [["--output", "nd"], "ndjson\t"],
    [["--output=nd"], "--output=ndjson\t"],
    [["help", "exit"], "exit-codes\toutcomes and exit codes"],
    [["help", "expl"], "explain\twhy a commit did or did not ship"],
    [["demo", "half"], "half-tag\tone of two images was never pushed"],
    [["config", "sh"], "show\tthe configuration in force"],
    [["completion", "z"], "zsh\tthe script for zsh"],
    [["rollback", "--target", ""], "default\tlatest"],
    [["init", "--forge", "git"], "github\t"],
    [["ship", "--config", ""], ":files"],
    [["report", ""], ":files"],
    [["explain", "--result", "x"], ":files"],
  ])("of %j offers %j first", async (words, expected) => {
    expect((await complete(words))[0]).toEqual(expected);
  });

  test.each<[readonly string[]]>([
    [["__"]],
    [["nothing", ""]],
    [["config", "show", ""]],
    [["rollback", "--reason", ""]],
    [["ship", "--", "--dr"]],
    [["inspect", "not a reference:"]],
    [["inspect", "alpine:"]],
    [["inspect", "ghcr.io/acme/platform@sha256:"]],
  ])("of %j offers nothing", async (words) => {
    expect(await complete(words)).toEqual([]);
  });

  test("offers the options of a command that takes nothing else, and none twice", async () => {
    expect(await values("ship", "")).toContain("--sha");
    expect(await values("ship", "--dry-run", "--d")).toEqual(["--detailed-exitcode"]);
    expect(await values("ship", "--override", "gate=x", "--ov")).toEqual(["--override"]);
  });

  test("knows environments, rules, checks and workflows of the configuration", async () => {
    world.configure((text) =>
      `${text}environments: { staging: {}, production: {} }`.replace("poll: 20ms", "workflows: [{ file: e2e.yml }]"),
    );
    expect(await values("ship", "--env", "")).toEqual(["staging", "production"]);
    const checks = await complete(["gate", "--override", ""]);
    expect(checks.map((line) => line.split("=")[0])).toEqual(
      expect.arrayContaining(["gate", "canary", "ancestry", "CI / all-required (push)", "e2e.yml"]),
    );
    expect(
      checks.filter((line) => !/=\t\S/.test(line)),
      "each with its meaning",
    ).toEqual([]);
    expect(await values("gate", "--override", "gate=f")).toEqual([]);
  });
});

describe("commits", () => {
  test("are those of the clone around the configuration, and of its branch", async () => {
    expect(await complete(["ship", "--sha", ""])).toEqual([
      `${short(2)}\tchange 3`,
      `${short(1)}\tchange 2`,
      `${short(0)}\tchange 1`,
    ]);
    expect(await complete(["explain", short(1, 7)])).toEqual([`${short(1)}\tchange 2`]);
    expect(await values("gate", `--sha=${short(1, 20)}`)).toEqual([`--sha=${world.commits[1]}`]);
    expect(await values("rollback", "--to", "")).toHaveLength(3);
  });

  test("that a clone lacks are not fetched, whatever its configuration would run", async () => {
    const folder = createFolder();
    const git = (...args: readonly string[]): string =>
      execFileSync("git", ["-C", folder.path, "-c", "user.name=a", "-c", "user.email=a@example.com", ...args], {
        encoding: "utf8",
      }).trim();
    git("init", "-q", "-b", "main");
    git("commit", "-q", "--allow-empty", "-m", "first");
    const first = git("rev-parse", "HEAD");
    git("commit", "-q", "--allow-empty", "-m", "second");
    rmSync(join(folder.path, ".git/objects", first.slice(0, 2), first.slice(2)));
    git("config", "core.repositoryformatversion", "1");
    git("config", "extensions.partialClone", "origin");
    git("config", "remote.origin.promisor", "true");
    git("config", "remote.origin.url", folder.path);
    git("config", "remote.origin.uploadpack", `touch ${folder.path}/pwned;`);
    const { code, stderr } = await runHere(["__complete", "--", "ship", "--sha", ""], { cwd: folder.path });
    expect({ code, stderr, existsSync: existsSync(join(folder.path, "pwned")) }).toEqual({
      code: 0,
      stderr: "",
      existsSync: false,
    });
    folder.remove();
  });

  test("say nothing but their subject, whatever it holds", async () => {
    const repository = await createGitRepository();
    await repository.commit({ message: "\u001b[2J\u202e::error::x\t$(touch pwned)\u0007\n\nbody" });
    execFileSync("git", ["-C", repository.path, "config", "log.showSignature", "true"]);
    const { stdout } = await runHere(["__complete", "--", "ship", "--sha", ""], { cwd: repository.path });
    expect(stdout).toMatch(/^[0-9a-f]{12}\t\[2J\\u\{202e\}::error::x \$\(touch pwned\)\n$/);
    await repository.close();
  });
});

describe("images", () => {
  test("are the configured repositories, and behind the colon promoted tags and candidates of the clone", async () => {
    const { host } = world.registry;
    expect(await values("inspect", "")).toEqual([`${host}/acme/platform:`, `${host}/acme/platform-tenant:`]);
    expect(await complete(["inspect", `${host}/acme/platform:`])).toEqual([
      `${host}/acme/platform:latest\tpromoted`,
      `${host}/acme/platform:staging-${short(2, 7)}\tchange 3`,
      `${host}/acme/platform:staging-${short(1, 7)}\tchange 2`,
      `${host}/acme/platform:staging-${short(0, 7)}\tchange 1`,
    ]);
  });

  test("are retagged with tags next to them, or whole references", async () => {
    const source = `${world.registry.host}/acme/platform:latest`;
    const offered = await values("retag", source, "");
    expect(offered.slice(0, 2)).toEqual(["latest", `staging-${short(2, 7)}`]);
    expect(offered.slice(-2)).toEqual(await values("inspect", ""));
    expect(await values("retag", source, "a", `${world.registry.host}/acme/platform-tenant:l`)).toEqual([
      `${world.registry.host}/acme/platform-tenant:latest`,
    ]);
  });
});

describe("tenants", () => {
  test("are the canaries, then those of the last rollout", async () => {
    expect(await complete(["rollout", "--only", ""])).toEqual([
      "canary-a\tcanary",
      ...[1, 2, 3, 4, 5].map((number) => `t${number}\ttenant of the last rollout`),
    ]);
  });

  test("come after those that are named, and none twice", async () => {
    expect(await values("rollout", "--only", "t1,canary-a,")).toEqual([2, 3, 4, 5].map((n) => `t1,canary-a,t${n}`));
    expect(await values("rollout", "--only=t2,t1")).toEqual(["--only=t2,t1"]);
  });
});

describe("a TAB in a folder of somebody else", () => {
  test("sends nothing, opens no secret and leaves nothing behind, whatever the configuration names", async () => {
    let connections = 0;
    const trap = createServer((socket) => {
      connections++;
      socket.destroy();
    });
    const { port } = await listening(trap);
    const folder = createFolder();
    const at = `http://127.0.0.1:${port}`;
    folder.write("key.pem", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n");
    folder.write(
      "lateen.yaml",
      `forge: { kind: gitea, url: "${at}", repository: acme/core, token: { file: key.pem } }
release: { candidate: "staging-{sha7}", images: ["127.0.0.1:${port}/acme/app"] }
gate: { checks: [ci] }
fleet: { controlPlanes: [{ name: prod, url: "${at}", token: { env: HOME } }], buildinfo: "${at}/{slug}" }
promote: { tags: [latest], ledger: { remote: "${at}/acme/core.git", token: { file: key.pem } } }
`,
    );
    const lines = [["ship", "--sha"], ["rollback", "--to"], ["rollout", "--only"], ["inspect"], ["retag"], ["explain"]];
    for (const words of lines) {
      const typed = words[0] === "inspect" ? `127.0.0.1:${port}/acme/app:` : "";
      const ran = await runHere(["__complete", "--", ...words, typed], { cwd: folder.path, env: tokens });
      expect({ words, code: ran.code, stderr: ran.stderr }).toEqual({ words, code: 0, stderr: "" });
      expect(ran.stdout).not.toContain("PRIVATE");
    }
    expect(connections).toBe(0);
    expect(existsSync(join(folder.path, ".cache"))).toBe(false);
    trap.close();
    folder.remove();
  });
});

test("runs no command of a foreign folder, and reads none of its secrets: a pipe that is named as one is never opened", async () => {
  const folder = createFolder();
  const mark = (name: string): string => join(folder.path, `ran-${name}`);
  execFileSync("git", ["init", "-q", folder.path]);
  execFileSync("mkfifo", [join(folder.path, "pipe")]);
  for (const key of ["core.fsmonitor", "core.sshCommand", "core.pager", "diff.external", "credential.helper"])
    execFileSync("git", ["-C", folder.path, "config", key, `touch ${mark(key)}; true`]);
  const secret = "{ file: pipe }";
  folder.write(
    "lateen.yaml",
    `forge: { kind: github, url: "http://127.0.0.1:9", repository: acme/core, app: { id: 1, installation: 2, key: ${secret} } }
release: { candidate: "staging-{sha7}", images: ["127.0.0.1:9/acme/app"] }
registries: { "127.0.0.1:9": { username: ${secret}, password: ${secret}, ca: pipe, insecure: true } }
fleet:
  controlPlanes:
    - { name: hosts, kind: exec, enumerate: [touch, ${mark("enumerate")}], move: [touch, ${mark("move")}], proof: [touch, ${mark("proof")}] }
    - { name: eu, kind: kubernetes, kubeconfig: ${secret}, context: eu, namespaces: "*", selector: a=b, workloads: [deployment], slug: "{namespace}", container: app }
  canary: [a]
  checks:
    - { name: smoke, at: [canary], exec: [touch, ${mark("check")}], timeout: 1s }
    - { name: web, at: [canary], http: { url: "http://127.0.0.1:9", headers: { a: ${secret} } }, timeout: 1s }
promote: { tags: [latest], ledger: { remote: "http://127.0.0.1:9/acme/core.git", token: ${secret} } }
`,
  );
  const shown = await runHere(["config", "show"], { cwd: folder.path });
  expect(shown.code, shown.stderr).toBe(0);
  const lines = [
    ["ship", "--sha"],
    ["rollback", "--to"],
    ["rollout", "--only"],
    ["verify", "--only"],
    ["inspect"],
    ["retag"],
  ];
  for (const words of [...lines, ["ship", "--override"], ["explain"], ["history"]]) {
    const ran = await runHere(["__complete", "--", ...words, ""], { cwd: folder.path });
    expect({ words, code: ran.code, stderr: ran.stderr }).toEqual({ words, code: 0, stderr: "" });
  }
  expect(readdirSync(folder.path).filter((name) => name.startsWith("ran-"))).toEqual([]);
  folder.remove();
});

describe("whatever is wrong", () => {
  test.each<[string, Readonly<Record<string, string>>]>([
    ["another form of output", { LATEEN_OUTPUT: "json" }],
    ["an override that is none", { LATEEN_OVERRIDE: "nonsense" }],
    ["a job", { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: "/dev/null" }],
    ["no token", { GITEA_TOKEN: "" }],
    ["an environment that is not there", { LATEEN_ENV: "nowhere" }],
    ["no home", { HOME: "" }],
  ])("%s: nothing is said but candidates, and it ends well", async (_, env) => {
    expect(await complete(["sh"], env)).toEqual(["ship\tgate, roll out, verify and promote a commit"]);
    for (const line of await complete(["ship", "--sha", ""], env)) expect(line).toMatch(/^[0-9a-f]{12}\t/);
  });

  test.each(["forge: {", "forge: { kind: nonsense }", "\u0000", "{}"])(
    "the configuration %j is no trouble",
    async (text) => {
      world.configure(() => text);
      expect(await complete(["ship", "--sha", ""])).toHaveLength(3);
      expect(await complete(["rollout", "--only", ""])).toEqual([]);
      expect(await complete(["--config", "nowhere.yaml", "inspect", ""])).toEqual([]);
    },
  );
});

test("a folder that cannot be read is no trouble either", async () => {
  mkdirSync(join(world.folder.path, ".github"));
  writeFileSync(join(world.folder.path, ".github/workflows"), "a file where a folder should be");
  expect(await complete(["lint-workflow", ""])).toEqual([]);
  rmSync(join(world.folder.path, ".github"), { recursive: true });
});

test("the configuration and the environment that were typed are the ones that count", async () => {
  world.folder.write(
    "other.yaml",
    `release: { candidate: "{sha7}", images: [ghcr.io/acme/other] }
environments: { staging: { release: { images: [ghcr.io/acme/staged] } } }`,
  );
  expect(await values("--config", "other.yaml", "inspect", "")).toEqual(["ghcr.io/acme/other:"]);
  expect(await values("inspect", "--config=other.yaml", "--env", "staging", "")).toEqual(["ghcr.io/acme/staged:"]);
  expect(await values("--config", "other.yaml", "ship", "--env", "")).toEqual(["staging"]);
});

test("a configuration that is a program is not run by a TAB", async () => {
  const folder = createFolder();
  const program = `import { writeFileSync } from "node:fs"; writeFileSync("${folder.path}/ran", ""); export default {};`;
  folder.write("lateen.ts", program);
  const ask = (...words: readonly string[]): ReturnType<typeof runHere> =>
    runHere(["__complete", "--", ...words, ""], { cwd: folder.path });
  for (const words of [
    ["ship", "--sha"],
    ["ship", "--env"],
    ["--config", "lateen.ts", "rollout", "--only"],
  ])
    expect(await ask(...words)).toMatchObject({ code: 0, stdout: "", stderr: "" });
  expect(existsSync(join(folder.path, "ran"))).toBe(false);
  folder.remove();
});

test("a home is put in place of the tilde of --config", async () => {
  const offered = await complete(["--config", "~/lateen.yaml", "inspect", ""], { HOME: world.folder.path });
  expect(offered).toHaveLength(2);
});

describe("the scripts", () => {
  test("are there for every shell", async () => {
    for (const shell of ["bash", "zsh", "fish", "powershell"]) {
      const { code, stdout } = await world.lateen(["completion", shell]);
      expect({ code, isScript: stdout.includes("__complete") }).toEqual({ code: 0, isScript: true });
    }
    expect((await world.lateen(["completion", "bsh"])).stderr).toContain('did you mean "bash"?');
  });
});

describe("bash", () => {
  let folder: Folder;
  beforeAll(() => {
    folder = createFolder();
    folder.write("workflow.yml", "");
    folder.write(
      "lateen.yaml",
      `release: { candidate: "staging-{sha7}", images: ["ghcr.io/acme/platform"] }
gate: { checks: ["CI / all (push)", "zz a\\"b'c\\\\ $(touch pwned) \`id\`"] }
promote: { tags: [latest] }
`,
    );
    mkdirSync(join(folder.path, "home"));
  });
  afterAll(() => folder.remove());

  /** Candidates of bash with the cursor at the end of `line`, cut into words as readline cuts it. */
  const replies = (line: string, words: readonly string[], type = 9): readonly string[] => {
    const script = `
eval "$(lateen completion bash)"
COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:@'
COMP_LINE=$1 COMP_POINT=\${#1} COMP_TYPE=$2
shift 2
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_lateen lateen
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const said = execFileSync("bash", ["--norc", "-c", script, "bash", line, String(type), ...words], {
      cwd: folder.path,
      encoding: "utf8",
      env: { PATH: `${bundledBin}:${process.env["PATH"]}`, HOME: join(folder.path, "home") },
    });
    return said.split("\n").filter((reply) => reply !== "");
  };

  test.each<[string, readonly string[], readonly string[]]>([
    ["lateen roll", ["lateen", "roll"], ["rollout", "rollback"]],
    ["lateen  inspect ", ["lateen", "inspect", ""], ["ghcr.io/acme/platform:"]],
    ["lateen inspect ghcr.io/acme/platform:l", ["lateen", "inspect", "ghcr.io/acme/platform", ":", "l"], ["latest"]],
    ["lateen inspect ghcr.io/acme/platform:", ["lateen", "inspect", "ghcr.io/acme/platform", ":"], ["latest"]],
    ["lateen gate --output=nd", ["lateen", "gate", "--output", "=", "nd"], ["ndjson"]],
    ["lateen gate --override=gat", ["lateen", "gate", "--override", "=", "gat"], ["gate="]],
    ["lateen gate --override CI", ["lateen", "gate", "--override", "CI"], ["CI\\ /\\ all\\ \\(push\\)="]],
    ['lateen gate --override "CI', ["lateen", "gate", "--override", '"CI'], ["CI / all (push)="]],
    ["lateen ship --config lat", ["lateen", "ship", "--config", "lat"], ["lateen.yaml"]],
  ])("completes %j", (line, words, expected) => {
    expect(replies(line, words)).toEqual(expected);
  });

  test("adds what a candidate means to the list, and to nothing else", () => {
    const words = ["lateen", "roll"];
    expect(replies("lateen roll", words, 63)).toEqual([
      "rollout  (roll the fleet to a release)",
      "rollback  (promote an older release on purpose, fleet included)",
    ]);
    expect(replies("lateen rollb", ["lateen", "rollb"], 63)).toEqual(["rollback"]);
    expect(replies("lateen roll", words, 37)).toEqual(["rollout", "rollback"]);
  });

  test.each(["", '"', "'"])("quotes with %j what the line would run else", (quote) => {
    const [reply = ""] = replies(`lateen gate --override ${quote}zz`, ["lateen", "gate", "--override", `${quote}zz`]);
    const argument = `${quote}${reply}${quote}`;
    const said = execFileSync("bash", ["--norc", "-c", `printf %s ${argument}`], {
      cwd: folder.path,
      encoding: "utf8",
    });
    expect(said).toBe("zz a\"b'c\\ $(touch pwned) `id`=");
    expect(existsSync(join(folder.path, "pwned"))).toBe(false);
  });
});

async function listening(server: Server): Promise<{ readonly port: number }> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server.address() as { port: number };
}
