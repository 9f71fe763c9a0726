import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isReleaseError } from "@lateen/kernel";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { machineFiles } from "../io/files.ts";
import { loadConfig, type LoadOptions, type Settings } from "./load.ts";

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "lateen-config-")));
});
afterEach(() => rmSync(folder, { recursive: true }));

const load = (text: string, options: Partial<LoadOptions> = {}): Promise<Settings> => {
  writeFileSync(join(folder, "lateen.yaml"), text);
  return loadConfig({ cwd: folder, env: {}, files: machineFiles, ...options });
};

/** Every problem, one per line. */
const problemsOf = async (text: string, options: Partial<LoadOptions> = {}): Promise<string> => {
  const error: unknown = await load(text, options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isReleaseError(error)) throw new Error("no problem was found", { cause: error });
  expect(error.category).toBe("input");
  return error.why ?? error.message;
};

const complete = `
forge: { kind: gitea, url: https://git.example.com/, repository: acme/core, token: { env: GITEA_TOKEN } }
release: { candidate: "staging-{sha7}", images: [ghcr.io/acme/platform] }
registries: { 127.0.0.1:5000: { insecure: true } }
gate: { checks: ["CI / all-required (push)"], workflows: [{ file: e2e.yml }], timeout: 1h30m }
killSwitch: { variable: STOP }
supersession: false
fleet:
  controlPlanes: [{ name: prod, url: https://api.example.com, token: { file: token } }]
  canary: [canary-a]
  waves: [1, 5, 25%]
  maxStragglers: 2%
  buildinfo: https://{slug}.example.com/buildinfo
promote: { tags: [latest], targets: { next: { tags: [next], allowUnlabelled: true } } }
`;

test.each([
  ["kind", "kind: 5", "must be oci or ecr"],
  ["endpoint", "endpoint: 5", "must be"],
  ["insecure", "insecure: maybe", "must be true or false"],
  ["username", "username: 5", "must be a name"],
  ["password", "password: plain", "password"],
  ["token", "token: plain", "token"],
  ["realm", "realm: nowhere", "must be"],
  ["service", "service: 5", "must be text"],
  ["ca", "ca: 5", "must be text"],
  ["cert", "cert: 5", "must be text"],
  ["key", "key: 5", "must be text"],
  ["a key that does not exist", "realms: x", "there is no such key"],
])(
  "of a registry %s is checked, whatever keys other entries and earlier configurations had",
  async (_name, wrong, message) => {
    await load("registries: { a.example: {}, b.example: { insecure: false } }");
    const problems = await problemsOf(`registries:\n  a.example: {}\n  b.example: { ${wrong} }\n`);
    expect(problems).toContain('registries."b.example"');
    expect(problems).toContain(message);
  },
);

describe("a configuration", () => {
  test("is read with the defaults of the schema; those of the stages stay with them", async () => {
    const { config, folder: base } = await load(complete);
    expect(config).toMatchObject({
      forge: { branch: "main", url: "https://git.example.com", api: "https://git.example.com/api/v1", insecure: false },
      gate: {
        timeout: 5_400_000,
        workflows: [{ file: "e2e.yml", whenAbsent: "prove" }],
      },
      supersession: false,
      fleet: {
        waves: [1, 5, "25%"],
        maxStragglers: "2%",
        journal: ".lateen/",
      },
      promote: {
        ledger: { ref: "refs/lateen/latest" },
        targets: [
          { name: "default", tags: ["latest"], allowUnlabelled: false },
          { name: "next", tags: ["next"], allowUnlabelled: true },
        ],
      },
    });
    expect(base).toBe(folder);
  });

  test.each([
    ["https://github.com", "https://api.github.com"],
    ["https://github.example.com", "https://github.example.com/api/v3"],
  ])("derives the API of GitHub at %s", async (url, api) => {
    expect((await load(`forge: { kind: github, url: "${url}", repository: a/b }`)).config.forge?.api).toBe(api);
  });

  test("is the nearest one up to the root of the repository", async () => {
    mkdirSync(join(folder, "repository", ".git"), { recursive: true });
    mkdirSync(join(folder, "repository", "deep", "deeper"), { recursive: true });
    const cwd = join(folder, "repository", "deep", "deeper");
    expect((await load("killSwitch: { variable: OUTSIDE }", { cwd })).file).toBeUndefined();
    writeFileSync(join(folder, "repository", "lateen.json"), '{ "killSwitch": { "variable": "INSIDE" } }');
    const found = await load("", { cwd });
    expect({ variable: found.config.killSwitch?.variable, folder: found.folder }).toEqual({
      variable: "INSIDE",
      folder: join(folder, "repository"),
    });
  });

  test("may be a program", async () => {
    writeFileSync(
      join(folder, "lateen.ts"),
      'const variable: string = "TYPED";\nexport default { killSwitch: { variable } };\n',
    );
    expect((await load("", { file: "lateen.ts" })).config.killSwitch?.variable).toBe("TYPED");
  });

  test("is overlaid by the environment that is asked for", async () => {
    const text =
      "gate: { checks: [a], poll: 5s }\nenvironments:\n  staging:\n    gate: { poll: 1s }\n    killSwitch: { variable: X }\n";
    expect((await load(text)).config).toMatchObject({ gate: { poll: 5_000 } });
    expect((await load(text, { overlay: "staging" })).config).toMatchObject({
      gate: { checks: ["a"], poll: 1_000 },
      killSwitch: { variable: "X" },
    });
    await expect(load(text, { overlay: "stagin" })).rejects.toThrow('did you mean "staging"?');
  });
});

describe("precedence", () => {
  const job = {
    GITHUB_ACTIONS: "true",
    GITEA_ACTIONS: "true",
    GITHUB_SERVER_URL: "https://job.example.com",
    GITHUB_REPOSITORY: "job/repo",
    GITEA_TOKEN: "t",
    GITHUB_TOKEN: "g",
  };

  test("LATEEN_ variables beat the file", async () => {
    const env = { LATEEN_GATE_TIMEOUT: "5m", LATEEN_GATE_CHECKS: "a, b", LATEEN_GATE_POLL: "" };
    expect((await load("gate: { checks: [x], timeout: 1m, poll: 3s }", { env })).config.gate).toMatchObject({
      checks: ["a", "b"],
      timeout: 300_000,
      poll: 3_000,
    });
  });

  test("the file beats the variables of the job, which fill what is open", async () => {
    expect(
      (await load("forge: { kind: gitea, url: https://git.example.com }", { env: job })).config.forge,
    ).toMatchObject({
      url: "https://git.example.com",
      repository: "job/repo",
      token: { env: "GITEA_TOKEN" },
      api: "https://git.example.com/api/v1",
    });
  });

  test("a job makes up a forge only for a command that needs one", async () => {
    expect((await load("", { env: job })).config.forge).toBeUndefined();
    expect((await load("", { env: job, needs: ["forge"] })).config.forge).toMatchObject({
      kind: "gitea",
      url: "https://job.example.com",
    });
  });

  test("the token of a job is not sent to another server", async () => {
    const { GITEA_TOKEN: _, ...withoutGitea } = job;
    const other = "forge: { kind: github, url: https://other.example.com, repository: a/b }";
    expect((await load(other, { env: withoutGitea })).config.forge?.token).toBeUndefined();
  });

  test("says where a value comes from", async () => {
    const settings = await load("gate:\n  checks: [x]\n  timeout: 1m\n", { env: { LATEEN_GATE_POLL: "3s" } });
    expect(settings.sourceOf(["gate", "timeout"])).toBe("lateen.yaml:3:12");
    expect(settings.sourceOf(["gate", "poll"])).toBe("LATEEN_GATE_POLL");
    expect(settings.sourceOf(["gate", "settle"])).toBe("default");
  });
});

describe("problems", () => {
  const program = async (text: string): Promise<string> => {
    const file = `${randomUUID()}.ts`;
    writeFileSync(join(folder, file), text);
    return (await problemsOf("", { file })).replaceAll(file, "lateen.ts");
  };

  test("of JSON have line and column too, also with tabs, a byte order mark and the line ends of Windows", async () => {
    const text = '\uFEFF{\r\n\t"forge": {\r\n\t\t"kind": "gitlab", "tokn": 1\r\n\t}\r\n}\r\n';
    writeFileSync(join(folder, "lateen.json"), text);
    expect((await problemsOf("", { file: "lateen.json" })).split("\n")).toEqual([
      "lateen.json:2:11: forge.url: is missing",
      "lateen.json:2:11: forge.repository: is missing",
      "lateen.json:3:11: forge.kind: must be github or gitea",
      'lateen.json:3:21: forge.tokn: there is no such key; did you mean "token"?',
    ]);
  });

  test("of the first line have the column that an editor shows, also after a byte order mark", async () => {
    expect(await problemsOf("\uFEFFgates: 1\n")).toContain("lateen.yaml:1:1: gates: there is no such key");
  });

  test.each([60_000, 3_000])("of %i levels are that it is nested too deeply", async (levels) => {
    for (const bracket of ["[", "{a: "])
      expect(await problemsOf(`gate: ${bracket.repeat(levels)}`)).toContain("nested too deeply");
  });

  test("of aliases to nowhere are reported all at once, with line and column", async () => {
    const text = "forge: &f { kind: gitea }\ngate: { checks: *c }\nrelease: *r\nfleet: *f\nx: &r 1\n";
    expect((await problemsOf(text)).split("\n")).toEqual([
      "lateen.yaml:2:17: no anchor &c comes before it",
      "lateen.yaml:3:10: no anchor &r comes before it",
    ]);
  });

  test("of a program have keys, and no place", async () => {
    const text = 'const gate = {\n  timeout: 60,\n};\nexport default {\n  gate,\n  killSwich: { variable: "A" },\n};\n';
    expect((await program(text)).split("\n")).toEqual([
      "lateen.ts: gate.timeout: must be a duration with a unit, such as 90s, 5m or 1h30m",
      'lateen.ts: killSwich: there is no such key; did you mean "killSwitch"?',
      "lateen.ts: gate.checks: is missing: name the checks that must be green",
    ]);
  });

  test.each([
    [
      "export default {\n  forge: { url: () => 1 },\n  gate: { checks: [fetch] } };",
      "lateen.ts: forge.url: must be plain data",
    ],
    ["export default { gate: { checks: Promise.resolve([]) } };", "lateen.ts: gate.checks: must be plain data"],
    ['export default () => {\n  throw new Error("no vault here");\n};', "no vault here"],
  ])("of a program that leaves no plain data, or fails: %s", async (text, expected) => {
    expect(await program(text)).toContain(expected);
  });

  test("of an overlay show whether it is asked for or not", async () => {
    const text =
      "gate: { checks: [a] }\nenvironments:\n  live:\n    gate: { timeot: 5m, poll: 3 }\n    fleet: { soak: 1s }\n  next: { killSwitch: { variable: 7 } }\n";
    const unasked = [
      'lateen.yaml:4:13: environments.live.gate.timeot: there is no such key; did you mean "timeout"?',
      "lateen.yaml:4:31: environments.live.gate.poll: must be a duration with a unit, such as 90s, 5m or 1h30m",
      "lateen.yaml:6:35: environments.next.killSwitch.variable: must be text; put it in quotes",
    ];
    // A key that the base lacks for the overlay's fleet may come from a variable: only the overlay's own keys are checked.
    expect((await problemsOf(text)).split("\n")).toEqual(unasked);
    expect((await problemsOf(text, { overlay: "next" })).split("\n")).toEqual([
      ...unasked.slice(0, 2),
      "lateen.yaml:6:35: killSwitch.variable: must be text; put it in quotes",
    ]);
  });

  test("are reported all at once, with line and column", async () => {
    const problems = await problemsOf(
      [
        "forge:",
        "  kind: gitlab",
        "  url: http://git.example.com",
        "  repository: acme",
        "  tokn: x",
        "gate:",
        "  checks: []",
        "  timeout: 60",
        "killSwich: { variable: A }",
      ].join("\n"),
    );
    expect(problems.split("\n")).toEqual([
      "lateen.yaml:2:9: forge.kind: must be github or gitea",
      "lateen.yaml:3:8: forge.url: plain http is for loopback addresses; use https, or set insecure: true next to it",
      "lateen.yaml:4:15: forge.repository: must be owner/name",
      'lateen.yaml:5:3: forge.tokn: there is no such key; did you mean "token"?',
      "lateen.yaml:7:11: gate.checks: must name at least one of checks",
      "lateen.yaml:8:12: gate.timeout: must be a duration with a unit, such as 90s, 5m or 1h30m",
      'lateen.yaml:9:1: killSwich: there is no such key; did you mean "killSwitch"?',
    ]);
  });

  test("of a literal secret do not repeat it", async () => {
    const problems = await problemsOf(
      "forge: { kind: gitea, url: https://g.example.com, repository: a/b, token: ghp_literal }",
    );
    expect(problems).toMatch(/forge\.token: .*\{ env: NAME \}/);
    expect(problems).not.toContain("ghp_literal");
  });

  test.each([`ghp_${"a1".repeat(18)}`, `github_pat_${"a1".repeat(20)}`, `AKIA${"A1".repeat(8)}`, "ab".repeat(20)])(
    "of a token where the name of a variable belongs do not repeat it: %s",
    async (token) => {
      const check = `{ name: c, at: wave, http: { url: "https://a.example.com", headers: { authorization: { env: ${token} } } } }`;
      const problems = await problemsOf(
        `forge: { kind: gitea, url: https://g.example.com, repository: a/b, token: { env: ${token} } }\nfleet:\n  controlPlanes: [{ name: p, url: https://c.example.com, token: { env: T } }]\n  buildinfo: "https://{slug}.example.com/b"\n  checks: [${check}, { name: d, at: wave, exec: [x], env: [${token}] }]`,
      );
      for (const key of ["forge.token.env", "fleet.checks[0].http.headers.authorization.env", "fleet.checks[1].env[0]"])
        expect(problems).toContain(`${key}: `);
      expect(problems).not.toContain(token);
    },
  );

  const token = ["gh", `p_${"a1".repeat(18)}`].join("");
  test.each([
    ["a tenant", `fleet: { canary: [${token}] }`, "fleet.canary[0]: holds a token"],
    ["a file", `forge: { kind: gitea, token: { file: ./${token} } }`, "forge.token.file: holds a token"],
    ["a variable of the forge", `killSwitch: { variable: ${token} }`, "killSwitch.variable: holds a token"],
    ["a check", `gate: { checks: ["${token}"] }`, "gate.checks[0]: holds a token"],
    [
      "a word of a command",
      `fleet: { checks: [{ name: a, at: wave, exec: [curl, -H, "Bearer ${token}"] }] }`,
      "exec[2]: holds a token",
    ],
    [
      "an address",
      `release: { candidate: "s-{sha}", images: ["ghcr.io/${token}/b"] }`,
      "release.images[0]: holds a token",
    ],
    ["a key", `fleet: { ${token}: 1 }`, "is a token instead of a key"],
    ["a host", `registries: { ${token}: { username: a } }`, "is a token instead of a key"],
    ["a key twice", `gate: { ${token}: 1, ${token}: 2 }`, "has the key"],
    ["a tag of YAML", `gate: !${token} 1`, "is a tag that a configuration does not have"],
    ["another environment", `environments: { prod: { fleet: { canary: [${token}] } } }`, "holds a token"],
  ])("of a token instead of %s do not repeat it", async (_, text, message) => {
    const problems = await problemsOf(text);
    expect(problems).toContain(message);
    expect(problems).not.toContain(token);
  });

  test.each([
    ["verify: { samples: 13 }", "fleet.verify.samples: must be a whole number from 1 to 12"],
    ["verify: { matches: 11 }", "fleet.verify.matches: must be a whole number from 1 to 10"],
    ["freeze: [{ reason: x, from: 2026-12-24, until: 2026-12-20 }]", "fleet.freeze[0].until: must be later than from"],
    ["freeze: [{ reason: x, hours: 22-6 }]", "fleet.freeze[0].hours: must be hours such as 22:00-06:00"],
  ])("of a limit that the fleet would refuse have line and column: %s", async (line, message) => {
    expect(await problemsOf(`fleet:\n  ${line}`)).toMatch(/lateen\.yaml:2:\d+: /);
    expect(await problemsOf(`fleet:\n  ${line}`)).toContain(message);
  });

  test.each(["10/01/2027", "5", "2027", "2027-02-31", "2027-01-01T10:00"])(
    "of a date that does not exist (%s) are one, and not that its window is empty",
    async (date) => {
      for (const key of ["from", "until"]) {
        const problems = await problemsOf(`fleet:\n  freeze: [{ reason: x, ${key}: "${date}" }]`);
        expect(problems).toContain(`fleet.freeze[0].${key}: must be a date such as`);
        expect(problems).not.toContain("later than from");
      }
    },
  );

  test.each(["101%", "-1%", "100.5%"])("of a percentage out of range have line and column: %s", async (share) => {
    for (const key of ["maxStragglers", "waves"]) {
      const value = key === "waves" ? `["${share}"]` : `"${share}"`;
      const problems = await problemsOf(`fleet:\n  ${key}: ${value}`);
      expect(problems).toMatch(
        new RegExp(String.raw`lateen.yaml:\d+:\d+: fleet.${key}(\[0\])?: must be a whole number`),
      );
    }
  });

  test.each([
    ["gate: { timeout: 5m }", "gate.checks: is missing"],
    ["fleet: { waves: [1], batch: 3 }", "fleet.waves: cannot be combined with fleet.batch"],
    ["release: { candidate: latest, images: [ghcr.io/a/b] }", "release.candidate: must make a tag"],
    ["release: { candidate: 's-{sha}', images: [alpine] }", 'release.images[0]: "alpine" names no registry'],
    ["release: { candidate: 's-{sha}', images: ['ghcr.io/a/b:tag'] }", "without tag and digest"],
    ["supersession: { pths: [a] }", 'supersession.pths: there is no such key; did you mean "paths"?'],
    ["supersession: yes", "supersession: must be false, or hold paths and publishWorkflow"],
    ["promote: { allowUnlabelled: 'true' }", "promote.allowUnlabelled: must be true or false"],
    ["promote: { ledger: { ref: x } }", "promote.tags: is missing"],
    [
      "promote: { tags: [a], ledger: { remote: 'https://u:p@g.example.com/a.git' } }",
      "promote.ledger.remote: must not hold user and password",
    ],
    [
      "promote: { tags: [a], ledger: { remote: 'http://g.example.com/a.git' } }",
      "promote.ledger.remote: plain http is for loopback",
    ],
    [
      "promote: { tags: [a], ledger: { remote: 'ssh://g.example.com/a.git' } }",
      "promote.ledger.remote: must be an https: or file: address",
    ],
    ["fleet: { canary: [Bad_Slug] }", "fleet.canary[0]:"],
    ["fleet: { buildinfo: 'https://x' }", "fleet.buildinfo: must hold {slug}"],
    ["forge: { token: { env: A, file: b } }", "forge.token: a secret is never written down here"],
    ["forge: { url: 'https://u:p@g.example.com' }", "forge.url: must not hold user and password"],
    ["- a", "must be a mapping"],
    ["gate: {checks: [a}", "lateen.yaml:1:"],
    ["gate: {}\ngate: {}", 'lateen.yaml:2:1: the mapping has the key "gate" already'],
  ])("%s", async (text, expected) => {
    expect(await problemsOf(text)).toContain(expected);
  });

  test.each([
    ["tags: [a], targets: { latest: { tags: [b] } }", "promote.targets.latest: is what promote.tags names already"],
    ["targets: { latest: { tags: [b] }, default: { tags: [a] } }", "has the same ledger as the target default"],
    ["targets: { attempts: { tags: [b] } }", "refs/lateen/attempts is in use"],
  ])("know which targets would share a ref: %s", async (text, expected) => {
    expect(await problemsOf(`promote: { ${text} }`)).toContain(expected);
  });

  test.each([
    [
      "by two targets, which share the release's images",
      "release: { images: [ghcr.io/acme/a, ghcr.io/acme/b] }\npromote:\n  tags: [latest]\n  targets:\n    next: { tags: [next, latest] }",
      [
        "lateen.yaml:3:10: promote.tags[0]: ghcr.io/acme/b:latest is claimed by promote.targets.next.tags[1] too",
        "lateen.yaml:5:26: promote.targets.next.tags[1]: ghcr.io/acme/b:latest is claimed by promote.tags[0] too",
      ],
    ],
    [
      "by two targets with images of their own",
      "promote:\n  targets:\n    a: { tags: [latest], images: [ghcr.io/acme/a] }\n    b: { tags: [latest], images: [ghcr.io/acme/b, ghcr.io/acme/a] }",
      [
        "lateen.yaml:3:17: promote.targets.a.tags[0]: ghcr.io/acme/a:latest",
        "lateen.yaml:4:17: promote.targets.b.tags[0]:",
      ],
    ],
    [
      "by one target that lists a repository twice",
      "release:\n  images:\n    - ghcr.io/acme/a\n    - ghcr.io/acme/a\npromote: { tags: [latest] }",
      ["lateen.yaml:3:7: release.images[0]: ghcr.io/acme/a:latest", "lateen.yaml:4:7: release.images[1]:"],
    ],
    [
      "by one target that lists a tag twice",
      "release: { images: [ghcr.io/acme/a] }\npromote: { tags: [latest, latest] }",
      ["lateen.yaml:2:19: promote.tags[0]: ghcr.io/acme/a:latest", "lateen.yaml:2:27: promote.tags[1]:"],
    ],
  ])("tell at both places of a tag that is claimed twice, %s", async (_, text, expected) => {
    const problems = await problemsOf(text);
    for (const problem of expected) expect(problems).toContain(problem);
  });

  test("let targets share images with tags of their own, and tags with images of their own", async () => {
    const text =
      "release: { candidate: 's-{sha}', images: [ghcr.io/acme/a] }\npromote: { tags: [latest], targets: { next: { tags: [next] }, edge: { tags: [latest], images: [ghcr.io/acme/b] } } }";
    expect((await load(text)).config.promote?.targets).toHaveLength(3);
  });

  test("take a path of Windows for a path", async () => {
    const { config } = await load(String.raw`promote: { tags: [a], ledger: { remote: 'C:\git\core.git' } }`);
    expect(config.promote?.ledger.remote).toBe(String.raw`C:\git\core.git`);
  });

  test("take latest for the name of a target", async () => {
    const { config } = await load("promote: { targets: { latest: { tags: [latest] } } }");
    expect(config.promote?.targets.map(({ name }) => name)).toEqual(["latest"]);
  });

  test("name the variable that is at fault", async () => {
    expect(await problemsOf("gate: { checks: [a] }", { env: { LATEEN_GATE_TIMEOUT: "5" } })).toContain(
      "LATEEN_GATE_TIMEOUT: gate.timeout:",
    );
  });

  test("name the sections that a command needs", async () => {
    await expect(load("killSwitch: { variable: A }", { needs: ["forge", "gate"] })).rejects.toThrow(
      "lateen.yaml lacks forge, gate",
    );
  });

  test("name a file that cannot be read", async () => {
    await expect(load("", { file: "nowhere.yaml" })).rejects.toMatchObject({ code: "CONFIG_UNREADABLE" });
  });
});
