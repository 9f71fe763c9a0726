import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFolder, type Folder } from "./folder.ts";
import { type Ran, runHere } from "./run-lateen.ts";

let folder: Folder;
beforeAll(() => {
  folder = createFolder();
  folder.write(
    "lateen.yaml",
    `forge: { kind: gitea, url: "https://git.example.com", repository: acme/core, token: { env: GITEA_TOKEN } }
gate: { checks: [CI], timeout: 1h30m }
environments:
  staging:
    forge: { branch: staging }
    gate: { timeout: 5m }
`,
  );
});
afterAll(() => folder.remove());

const show = (argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
  runHere(["config", "show", ...argv], { cwd: folder.path, env: { GITEA_TOKEN: "gitea-token-1234", ...env } });
const lineOf = ({ stdout }: Ran, key: string): string | undefined =>
  stdout.split("\n").find((line) => line.startsWith(`${key} `));

describe("config show", () => {
  test("names the source of every value: file and place, variable, default", async () => {
    const ran = await show(["--sources"], { LATEEN_GATE_POLL: "3s" });
    expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code: 0, stderr: "" });
    expect(lineOf(ran, "forge.kind")).toMatch(/^forge\.kind +gitea +lateen\.yaml:1:16$/);
    expect(lineOf(ran, "forge.branch")).toMatch(/ main +default$/);
    expect(lineOf(ran, "gate.timeout")).toMatch(/ 1h30m +lateen\.yaml:2:32$/);
    expect(lineOf(ran, "gate.poll")).toMatch(/ 3s +LATEEN_GATE_POLL$/);
    expect(lineOf(await show([]), "gate.timeout")).toMatch(/ 1h30m$/);
  });

  test("shows where a secret is, and never the secret", async () => {
    const ran = await show(["--sources"]);
    expect(lineOf(ran, "forge.token.env")).toMatch(/ GITEA_TOKEN +lateen\.yaml:1:/);
    expect(ran.stdout).not.toContain("gitea-token-1234");
  });

  test("lists which secret goes to which host, in the document too", async () => {
    const ran = await show(["--sources"]);
    expect(ran.stdout).toMatch(/\n\nsecrets, and where they go:\nGITEA_TOKEN {2}git\.example\.com {2}forge\.token\n$/);
    expect((await show([])).stdout).not.toContain("secrets, and where");
    expect((await show(["--json"])).json()["secrets"]).toEqual([
      { secret: "GITEA_TOKEN", to: "git.example.com", key: "forge.token" },
    ]);
  });

  test.each([
    ["--env", ["--env", "staging"], {}],
    ["LATEEN_ENV", [], { LATEEN_ENV: "staging" }],
  ] as const)("lays the overlay of %s over the rest", async (_, argv, env) => {
    const ran = await show(["--sources", ...argv], env);
    expect(lineOf(ran, "forge.branch")).toMatch(/ staging +lateen\.yaml:5:22$/);
    expect(lineOf(ran, "gate.timeout")).toMatch(/ 5m +lateen\.yaml:6:22$/);
    expect(lineOf(ran, "gate.checks[0]")).toMatch(/ CI +lateen\.yaml:2:/);
  });

  test("has a document too", async () => {
    const { settings } = (await show(["--json"])).json();
    expect(settings).toContainEqual({ key: "gate.timeout", value: "1h30m", source: "lateen.yaml:2:32" });
  });

  test("knows what was meant", async () => {
    expect((await show(["--env", "stagin"])).stderr).toContain('did you mean "staging"?');
    const schow = await runHere(["config", "schow"], { cwd: folder.path });
    expect({ code: schow.code, stderr: schow.stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean "show"?'),
    });
  });
});
