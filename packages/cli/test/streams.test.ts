import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWorld, tokens, type World } from "./world.ts";

// Contents of standard output, standard error and the files of a job.

let world: World;
let sha = "";
beforeAll(async () => {
  world = await startWorld();
  sha = world.commits[1] ?? "";
});
afterAll(() => world.close());

const jobEnv = (): Record<string, string> => ({
  GITHUB_ACTIONS: "true",
  GITHUB_OUTPUT: world.folder.write("output", ""),
  GITHUB_STEP_SUMMARY: world.folder.write("summary", ""),
});

describe("standard output", () => {
  test("of ndjson is the version, every event, and the document", async () => {
    const { stdout } = await world.lateen(["plan", "--sha", sha, "--output", "ndjson"]);
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; at?: string });
    expect(lines[0]).toEqual({ type: "version", schemaVersion: 1 });
    expect(lines.at(-1)).toMatchObject({ type: "result", command: "plan", outcome: "planned" });
    expect(lines.slice(1, -1).map(({ type }) => type)).toEqual(
      expect.arrayContaining(["stage-started", "check-changed", "stages-planned", "promotion-planned"]),
    );
    // An event that has not happened is not reported.
    expect(stdout).not.toMatch(/"type":"(?:tenant-verified|tenants-posted|tag-written|ledger-appended)"/);
    expect(lines.at(-1)).toMatchObject({ fleet: { verified: 0 } });
  });

  test("of superseded is the newer SHA and nothing else", async () => {
    const yes = await world.lateen(["superseded", "--sha", world.commits[0] ?? ""]);
    expect({ code: yes.code, stdout: yes.stdout }).toEqual({ code: 0, stdout: `${sha}\n` });
    const no = await world.lateen(["superseded", "--sha", sha]);
    expect({ code: no.code, stdout: no.stdout }).toEqual({ code: 10, stdout: "" });
    const json = await world.lateen(["superseded", "--sha", sha, "--json"]);
    expect({ code: json.code, outcome: json.json().outcome }).toEqual({ code: 10, outcome: "latest" });
  });

  test("is all that -q leaves of a success", async () => {
    const ran = await world.lateen(["gate", "--sha", sha, "-q"]);
    expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code: 0, stderr: "" });
    expect(ran.stdout).toContain("open");
  });
});

describe("secrets", () => {
  test("appear nowhere, whatever a server repeats", async () => {
    const message = `Bearer ${tokens.CP_TOKEN} and ${tokens.GITEA_TOKEN}`;
    world.plane.meet({ kind: "complains", error: message });
    const ran = await world.lateen(["ship", "--sha", sha, "-v", "--output", "ndjson", "--result-file", "result.json"], {
      env: jobEnv(),
    });
    const withoutMasks = ran.stderr
      .split("\n")
      .filter((line) => !line.startsWith("::add-mask::"))
      .join("\n");
    for (const text of [
      ran.stdout,
      withoutMasks,
      world.folder.read("result.json"),
      world.folder.read("output"),
      world.folder.read("summary"),
    ]) {
      for (const token of Object.values(tokens)) expect(text).not.toContain(token);
    }
    await world.lateen(["rollout", "--abandon"]);
  });
});

describe("a job", () => {
  test("gets groups, outputs and a summary", async () => {
    const ran = await world.lateen(["verify", "--sha", world.commits[0] ?? ""], { env: jobEnv() });
    expect(ran.stderr).toContain("::group::");
    expect(ran.stderr).toContain("::endgroup::");
    expect(world.folder.read("output")).toContain("outcome=");
    expect(world.folder.read("summary")).toContain("| tenant | wave | verdict | before | after |");
  });

  test("that asks for quiet gets its outputs and an empty log", async () => {
    const ran = await world.lateen(["gate", "--sha", sha, "-q"], { env: jobEnv() });
    expect({ code: ran.code, stderr: ran.stderr.replaceAll(/^::add-mask::.*\n/gm, "") }).toEqual({
      code: 0,
      stderr: "",
    });
    expect(world.folder.read("output")).toContain("outcome=open");
    const faulty = await world.lateen(["gate", "--sha", sha, "-q", "--config", "nowhere.yaml"], { env: jobEnv() });
    expect(faulty.stderr).toContain("::error title=lateen gate::");
  });

  test("learns from its outputs whether to proceed", async () => {
    await world.lateen(["gate", "--sha", sha], { env: jobEnv() });
    const output = world.folder.read("output");
    expect(output).toContain(`outcome=open\nproceed=true\nsha=${sha}\nshort=${sha.slice(0, 7)}\n`);
    await world.lateen(["gate", "--wiat"], { env: jobEnv() });
    expect(world.folder.read("output")).toContain("outcome=error\nproceed=false\n");
  });

  test("cannot be given orders by text from outside", async () => {
    const hostile = "::error::owned\n::set-output name=x::y ##[group]z \u001b[31mred";
    world.forge.setStatus({ sha, context: "CI / all-required (push)", state: "failure", description: hostile });
    const ran = await world.lateen(["gate", "--sha", sha], { env: jobEnv() });
    expect(ran.code).toBe(3);
    for (const text of [ran.stdout, ran.stderr]) {
      expect(text).not.toMatch(
        /^\s*::(?!group::|endgroup::|add-mask::|warning title=lateen|error title=lateen|notice title=lateen)/m,
      );
      expect(text).not.toContain("##[");
      expect(text).not.toContain("\u001b[31m");
    }
    world.forge.setStatus({ sha, context: "CI / all-required (push)", state: "success" });
  });
});
