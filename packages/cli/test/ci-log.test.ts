import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startWorld, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld({ size: 12, commits: 2 });
});
afterEach(() => world.close());

const inJob = (): Record<string, string> => ({
  GITHUB_ACTIONS: "true",
  GITHUB_OUTPUT: world.folder.write("output", ""),
  GITHUB_STEP_SUMMARY: world.folder.write("summary", ""),
});
/** Lines that a person reads of it: groups are headings. */
const linesOf = (log: string): readonly string[] =>
  log.split("\n").filter((line) => line !== "" && !/^::(?:endgroup|add-mask)::/.test(line));

describe("the log of a job", () => {
  test("has waves and outcomes, not a line for each tenant, tag or check", async () => {
    const env = inJob();
    const ran = await world.lateen(["ship", "--sha", world.commits[1] ?? "", "--result-file", "result.json"], { env });
    expect(ran.code, ran.stderr).toBe(0);
    const lines = linesOf(ran.stderr);
    expect(lines.filter((line) => !line.startsWith("::group::")).length, ran.stderr).toBeLessThanOrEqual(12);
    expect(lines).toContainEqual(expect.stringMatching(/^canary done: /));
    expect(lines).toContainEqual("fleet: 12 verified, 0 ahead, 0 off target of 12");
    expect(lines.at(-1)).toBe(`result: ${world.folder.path}/result.json`);
    for (const slug of ["t1", "t2"]) expect(ran.stderr).not.toMatch(new RegExp(`\\b${slug}\\b`));
    const verbose = await world.lateen(["verify", "--sha", world.commits[1] ?? "", "-v"], { env: inJob() });
    expect(verbose.stderr.split("\n").length).toBeGreaterThan(2);
  });

  test("is as short on Gitea, whose page may not show the summary: the rows are there and under -v", async () => {
    const env = { ...inJob(), GITEA_ACTIONS: "true" };
    const argv = ["ship", "--sha", world.commits[1] ?? "", "--json"];
    const ran = await world.lateen(argv, { env });
    expect(ran.code, ran.stderr).toBe(0);
    const lines = linesOf(ran.stderr).filter((line) => !line.startsWith("::group::"));
    expect(lines.length, ran.stderr).toBeLessThanOrEqual(14);
    expect(lines).toContain("## lateen ship: shipped");
    expect(ran.stderr).not.toMatch(/\bt1\b/);
    expect(world.folder.read("summary")).toMatch(/\| t1 \| batch-1 \| verified \|/);
    const verbose = await world.lateen([...argv, "-v"], { env });
    expect(verbose.stderr).toMatch(/\| t1 \|/);
  });

  test("a waiver is a warning once, and in the summary with reason and actor", async () => {
    world.forge.setStatus({ sha: world.commits[1] ?? "", context: "CI / all-required (push)", state: "failure" });
    const waiver = ["--override", "gate=known flake, see the ticket"];
    const ran = await world.lateen(["ship", "--sha", world.commits[1] ?? "", ...waiver], { env: inJob() });
    expect(ran.code, ran.stderr).toBe(0);
    const warnings = ran.stderr
      .split("\n")
      .filter((line) => line.startsWith("::warning") && line.includes("known flake"));
    expect(warnings, ran.stderr).toHaveLength(1);
    expect(world.folder.read("summary")).toMatch(/- ⚠ gate: waived by octavia: known flake, see the ticket/);
  });

  test("a rollback says from where, to where and why, in log, summary and document", async () => {
    await world.lateen(["ship", "--sha", world.commits[1] ?? ""]);
    const argv = ["rollback", "--to", world.commits[0] ?? "", "--reason", "checkout fails"];
    const planned = await world.lateen([...argv, "--dry-run", "--json"]);
    const ran = await world.lateen([...argv, "--json"], { env: inJob() });
    const [to = "", from = ""] = world.commits.map((sha) => sha.slice(0, 7));
    expect({ plan: planned.json().reason, run: ran.json().reason }).toEqual({
      plan: expect.stringContaining(`would roll back ${from} → ${to} (checkout fails): `) as string,
      run: expect.stringContaining(`rolled back ${from} → ${to} (checkout fails): 12 tenants`) as string,
    });
    expect(world.folder.read("summary")).toContain(`rolled back ${from} → ${to}`);
    const warnings = ran.stderr.split("\n").filter((line) => line.startsWith("::warning"));
    expect(warnings.filter((line) => line.includes(`rolled back ${from} → ${to} (checkout fails)`))).toHaveLength(1);
  });
});
