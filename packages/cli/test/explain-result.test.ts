import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { remedy } from "../src/commands/explain/remedies.ts";
import { longestResult } from "../src/commands/explain/read-result.ts";
import { rules } from "../src/pipeline/rules.table.ts";
import { createFolder, type Folder } from "./folder.ts";
import { type Ran, runHere } from "./run-lateen.ts";
import { startWorld } from "./world.ts";

// Results of real runs, explained where there is neither configuration nor network.

let folder: Folder;
let sha = "";
let shipped = "";
let halted = "";
beforeAll(async () => {
  folder = createFolder();
  const world = await startWorld({ size: 3 });
  sha = world.commits[1] ?? "";
  world.plane.treat("t2", "skips");
  halted = (await world.lateen(["ship", "--sha", sha, "--json"])).stdout;
  world.plane.treat("t2", undefined);
  shipped = (await world.lateen(["ship", "--sha", sha, "--json"])).stdout;
  await world.close();
});
afterAll(() => folder.remove());
beforeEach(() => void folder.write("result.json", shipped));

const explain = (...more: readonly string[]): Promise<Ran> =>
  runHere(["explain", "--result", "result.json", ...more], { cwd: folder.path });
const given = (document: unknown): void => void folder.write("result.json", JSON.stringify(document));

describe("explain --result", () => {
  test("reports a commit that shipped, rule by rule, with source and time", async () => {
    const ran = await explain(sha.slice(0, 9));
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout).toContain(`${sha.slice(0, 7)}: lateen ship ended shipped: `);
    expect(ran.stdout).toMatch(
      /├─ gate: passed: CI \/ all-required \(push\) is success.*\n│ {7}http:.*, 20\d\d-\S+:\d\dZ\n/,
    );
    expect(ran.stdout).not.toContain("would change it");
    // The switch is asked at each commit point; it is reported once.
    expect(ran.stdout.match(/DEPLOY_DISABLED is not set/g)).toHaveLength(1);
  });

  test("reads what Windows has redirected into a file", async () => {
    writeFileSync(`${folder.path}/result.json`, `\uFEFF${shipped.replaceAll("\n", "\r\n")}`, "utf16le");
    expect((await explain()).stdout).toContain("ended shipped");
    folder.write("result.json", `\uFEFF${shipped}`);
    expect((await explain()).stdout).toContain("ended shipped");
  });

  test("names the tenants that a halted rollout left behind", async () => {
    folder.write("result.json", halted);
    const ran = await explain();
    expect(ran.stdout).toContain("ended halted");
    expect(ran.stdout).toMatch(/─ fleet: halted: 1 of 3 tenants off target\n.*would change it: lateen rollout/);
    expect(ran.stdout).toMatch(/t2 runs [0-9a-f]{7}/);
  });

  test("has the document of explain, which can itself be explained", async () => {
    given({
      outcome: "refused",
      command: "ship",
      commit: sha,
      reason: "red",
      evidence: [fact("gate", "refused", "CI is red")],
    });
    const { code, json, stdout } = await explain("--json");
    expect({ code, document: json() }).toMatchObject({
      code: 0,
      document: {
        command: "explain",
        outcome: "ok",
        commit: sha,
        explanation: [
          {
            rule: "gate",
            verdict: "refused",
            fact: "CI is red",
            change: expect.stringContaining("--override CHECK=REASON") as string,
          },
        ],
        evidence: [{ rule: "gate", source: "https://forge.example.com", at }],
      },
    });
    folder.write("result.json", stdout);
    expect((await explain()).stdout).toContain(
      "└─ gate: refused: CI is red\n      would change it: make the check green",
    );
  });

  test("accounts for an end that no rule accounts for, and for facts that cannot be read", async () => {
    given({
      outcome: "unknown",
      reason: "no answer",
      evidence: [fact("gate", "waived", "waived by octavia"), { rule: 7 }],
    });
    const { stdout } = await explain();
    expect(stdout).toContain("├─ gate: waived: waived by octavia");
    expect(stdout).toContain("1 fact of it cannot be read");
    given({ outcome: "unknown", reason: "no answer" });
    expect((await explain()).stdout).toContain("└─ outcome: unknown: no answer\n      would change it: run again");
  });

  test("explains the error of an error document", async () => {
    const failed = await runHere(["gate", "--sha", sha, "--result-file", "result.json"], { cwd: folder.path });
    expect(failed.code).toBe(2);
    const { code, stdout } = await explain();
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^lateen gate ended error \(CONFIG_\w+\): .*\n└─ error: CONFIG_\w+: .*\n {6}would change it: /,
    );
  });

  test("neutralises hostile text, in a job too", async () => {
    const hostile = "\u001b[2J\n::error::owned\n##[error]x\u202e";
    const one = { ...fact(hostile, hostile, hostile), source: hostile, at: hostile };
    given({
      command: hostile,
      outcome: hostile,
      reason: hostile,
      commit: hostile,
      evidence: [one],
      error: { code: hostile, message: hostile, why: hostile, fix: hostile },
    });
    const ran = await runHere(["explain", "--result", "result.json"], {
      cwd: folder.path,
      env: { GITHUB_ACTIONS: "true" },
    });
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout).toContain("owned");
    for (const part of ["\u001b", "\u202e", "##["]) expect(ran.stdout).not.toContain(part);
    expect(ran.stdout).not.toMatch(/^\s*::/m);
    expect((await explain("--json")).stdout).not.toMatch(/\\u001b|\\n|\u202e/);
  });

  test.each([
    ["0000000", "is of "],
    ["nonsense", "is of "],
  ])("refuses the SHA %s of another commit", async (other, said) => {
    for (const words of [[other], ["--sha", other]]) {
      const ran = await explain(...words);
      expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code: 2, stdout: "" });
      expect(ran.stderr).toContain(`the result ${said}${sha}, not "${other}"`);
    }
  });

  test.each([
    ["nothing", "", "it is empty"],
    ["what is not JSON", "{", "it is not JSON"],
    ["another document", "[1]", "it has no outcome"],
    ["a later version", '{"schemaVersion":2,"outcome":"ok"}', "schemaVersion is 2"],
    ["too much", " ".repeat(longestResult + 1), `longer than ${longestResult} bytes`],
  ])("refuses %s", async (_, text, why) => {
    folder.write("result.json", text);
    const ran = await explain();
    expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code: 2, stdout: "" });
    expect(ran.stderr).toMatch(/^error: result\.json cannot be explained\n {2}why: .*\n {2}fix: give the file/);
    expect(ran.stderr).toContain(why);
  });

  test("refuses a file that is not there, and a folder", async () => {
    for (const [file, why] of [
      ["none.json", "ENOENT"],
      [".", "EISDIR"],
    ] as const) {
      const ran = await runHere(["explain", "--result", file], { cwd: folder.path });
      expect({ code: ran.code, saysWhy: ran.stderr.includes(`why: ${why}`) }, ran.stderr).toEqual({
        code: 2,
        saysWhy: true,
      });
    }
  });

  test("leaves its file as it is where the job names it as the result file", async () => {
    const env = { LATEEN_RESULT_FILE: "result.json" };
    const ran = await runHere(["explain", "--result", "./result.json"], { cwd: folder.path, env });
    expect({ code: ran.code, saysHowItEnded: ran.stdout.includes("ended shipped") }).toEqual({
      code: 0,
      saysHowItEnded: true,
    });
    expect((await explain("--result-file", "result.json")).code).toBe(2);
    expect(folder.read("result.json")).toBe(shipped);
  });
});

test("every rule of the pipeline has something that would change it", () => {
  expect(rules.filter(({ rule }) => remedy(rule, "refused") === undefined)).toEqual([]);
});

const at = "2026-01-01T00:00:00.000Z";
function fact(rule: string, verdict: string, text: string): Record<string, string> {
  return { rule, verdict, fact: text, source: "https://forge.example.com", at };
}
