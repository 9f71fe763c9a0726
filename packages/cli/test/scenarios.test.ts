import { ReleaseError, systemClock } from "@lateen/kernel";
import { describe, expect, test } from "vitest";
import { runCli } from "../src/cli.ts";
import { formatChecks, play } from "../src/demo/play.ts";
import { runDemo } from "../src/demo/run-demo.ts";
import type { Scenario } from "../src/demo/scenario.ts";
import { scenarios } from "../src/demo/scenarios.ts";
import { startWorld } from "../src/demo/world.ts";
import type { Host } from "../src/host.ts";
import { machineFiles } from "../src/io/files.ts";
import { bundled } from "./bundled-programs.ts";
import { createFolder } from "./folder.ts";
import { interruption, runHere } from "./run-lateen.ts";

const silent = { write: () => undefined, isTerminal: false, columns: () => 80 };
const host: Host = {
  argv: [],
  env: process.env,
  cwd: process.cwd(),
  clock: systemClock,
  files: machineFiles,
  user: () => "tester",
  version: () => "0.0.0",
  node: process.versions.node,
  stdout: silent,
  stderr: silent,
  signal: new AbortController().signal,
  interrupt: () => undefined,
  interruptedBy: () => undefined,
  onStopNow: () => undefined,
};

/** A machine that is stopped for five seconds, five times in each second that it runs; what it waits for ends in a pause too. */
const halting = {
  now: (): number => systemClock.now() + pausedMs(),
  elapsed: (): number => performance.now() + pausedMs(),
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    for (const until = halting.elapsed() + ms; halting.elapsed() < until;)
      await systemClock.sleep(Math.min(20, until - halting.elapsed()), signal);
  },
};

function pausedMs(): number {
  return Math.floor(performance.now() / 200) * 5_000;
}

describe("every scenario ends as it must, whatever the pauses of the machine", () => {
  test.concurrent.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
    "%s",
    { timeout: 120_000 },
    async (_, scenario) => {
      const world = await startWorld({ ...scenario.world, machine: halting });
      let shown = "";
      try {
        const machine = { host, program: runCli, command: bundled("lateen") };
        const played = await play(scenario, world, { machine, show: (text) => void (shown += text), verbose: true });
        expect(played.passed, `${shown}\n${formatChecks(played)}`).toBe(true);
        for (const token of Object.values(world.env)) expect(shown).not.toContain(token);
      } finally {
        await world.close();
      }
    },
  );
});

describe("lateen demo", () => {
  const folder = createFolder();
  const interrupted = (signal: AbortSignal, onProgress: (line: string) => void): ReturnType<typeof runHere> =>
    runHere(["demo", "ship", "--json"], { cwd: folder.path, signal, onProgress });
  const demo = (...argv: readonly string[]): ReturnType<typeof runHere> =>
    runHere(["demo", ...argv], { cwd: folder.path });

  test("lists the scenarios for programs, each with its sentence", async () => {
    const { stdout } = await demo("--list", "--json");
    const { scenarios: named } = JSON.parse(stdout) as { scenarios: { name: string; title: string }[] };
    expect(named.length).toBeGreaterThan(10);
    expect(named.find(({ name }) => name === "half-tag")).toEqual({
      name: "half-tag",
      title: expect.stringMatching(/\w+ \w+/) as string,
    });
  });

  test("lists the scenarios within 80 columns", async () => {
    const { code, stdout } = await demo("--list");
    expect(code).toBe(0);
    for (const { name } of scenarios) expect(stdout).toContain(`  ${name} `);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  test("plays one of them, and says what the old pipeline would have done", async () => {
    const { code, stdout, stderr } = await demo("half-tag");
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("✓ no tenant was touched") });
    expect(stderr).toMatch(/ before {2}[\s\S]+ now {5}[\s\S]+\$ lateen ship --sha/);
    expect(`${stdout}\n${stderr}`.split("\n").filter((line) => line.length > 80)).toEqual([]);
    const { stdout: document } = await demo("half-tag", "--json");
    expect(JSON.parse(document)).toMatchObject({ command: "demo", outcome: "ok" });
    expect((await demo("half-tag", "-q")).stderr).toBe("");
  });

  test("refuses what it does not know", async () => {
    expect(await demo("half-tga")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean "half-tag"?'),
    });
    for (const argv of [
      ["--list", "--all"],
      ["--all", "ship"],
      ["--all", "--keep"],
      ["ship", "half-tag"],
    ])
      expect((await demo(...argv)).code, argv.join(" ")).toBe(2);
  });

  test("fails where one ended as it must not, and names it", async () => {
    const wrong: Scenario = {
      name: "wrong",
      title: "nothing holds",
      before: "",
      now: "",
      play: () => Promise.resolve([{ says: "pigs fly", holds: false }]),
    };
    const right: Scenario = { ...wrong, name: "right", play: () => Promise.resolve([{ says: "so", holds: true }]) };
    const mute: Scenario = { ...wrong, name: "mute", play: () => Promise.resolve([]) };
    const options = { host, program: runCli, scenario: undefined, list: false, all: true, keep: false, quiet: true };
    const run = (...repertoire: readonly Scenario[]): Promise<unknown> =>
      runDemo({ ...options, repertoire, report: () => undefined });
    await expect(run(right, wrong)).rejects.toMatchObject({
      code: "DEMO_FAILED",
      why: expect.stringContaining("pigs fly"),
    });
    await expect(run(mute)).rejects.toBeInstanceOf(ReleaseError);
    const broken: Scenario = { ...wrong, name: "broken", play: () => Promise.reject(new Error("the pen is empty")) };
    let shown = "";
    const stderr = { ...silent, write: (text: string) => void (shown += text) };
    const loud = { ...options, host: { ...host, stderr }, quiet: false, report: () => undefined };
    await expect(runDemo({ ...loud, repertoire: [broken, wrong, right] })).rejects.toMatchObject({
      code: "DEMO_FAILED",
      message: expect.stringMatching(/broken, wrong/),
      why: expect.stringMatching(/broken: not so: .*the pen is empty\n.*wrong: not so: pigs fly/s),
    });
    expect(shown).toMatch(/broken +FAILED: 1 of 1 checks\n +wrong +FAILED: 1 of 1 checks\n +right +1 checks hold/);
    await expect(run(right)).resolves.toMatchObject({ outcome: "ok" });
  });

  test("ends as interrupted, and not as a failure, where it is", async () => {
    const stop = new AbortController();
    const running = interrupted(stop.signal, (line) =>
      line.includes("$ lateen ship") ? stop.abort(interruption()) : undefined,
    );
    const { code, stdout } = await running;
    expect({ code, document: JSON.parse(stdout) }).toEqual({
      code: 130,
      document: expect.objectContaining({ outcome: "error" }),
    });
    expect(stdout).not.toContain("DEMO_FAILED");
  });

  test("keeps a halted world whole: the line that looks again finds what it looked at", async () => {
    const stop = new AbortController();
    let stdout = "";
    const out = { ...silent, write: (text: string) => void (stdout += text) };
    const running = runCli({ ...host, argv: ["demo", "canary-is-sick", "--keep"], stdout: out, signal: stop.signal });
    await expect.poll(() => stdout, { timeout: 30_000 }).toContain("look again");
    const [, cwd = ""] = /cd (\S+)/.exec(stdout) ?? [];
    const [, sha = ""] = /ship --sha (\S+)/.exec(stdout) ?? [];
    const text = machineFiles.read(`${cwd}/lateen.yaml`);
    const [, prometheus = ""] = /prometheus: \{ url: "([^"]+)"/.exec(text) ?? [];
    const sampledAt = async (): Promise<number> => {
      const response = await fetch(`${prometheus}/api/v1/query?query=sum(rate(http_errors[1m]))`);
      return Number(/\[(\d+\.?\d*),/.exec(await response.text())?.[1] ?? Number.NaN);
    };
    const first = await sampledAt();
    await systemClock.sleep(1_000);
    const isUp = (await sampledAt()) - first > 0.8;
    stop.abort();
    expect(await running).toBe(0);
    expect({ hasSha: sha.length >= 7, isUp }, text).toEqual({ hasSha: true, isUp: true });
  });

  test("keeps the world up until it is interrupted, and says how to drive it", async () => {
    const stop = new AbortController();
    let stdout = "";
    const out = { ...silent, write: (text: string) => void (stdout += text) };
    const running = runCli({ ...host, argv: ["demo", "half-tag", "--keep"], stdout: out, signal: stop.signal });
    await expect.poll(() => stdout, { timeout: 10_000 }).toContain("until Ctrl-C");
    const [, cwd = ""] = /cd (\S+)/.exec(stdout) ?? [];
    const [, sha = ""] = /ship --sha (\S+)/.exec(stdout) ?? [];
    const env = Object.fromEntries(
      [...machineFiles.read(`${cwd}/env.sh`).matchAll(/^export (\w+)=(.*)$/gm)].map(([, name = "", value = ""]) => [
        name,
        value,
      ]),
    );
    const plan = await runHere(["plan", "--sha", sha, "--json"], { cwd, env });
    expect({ code: plan.code, outcome: plan.json().outcome }, plan.stderr).toEqual({ code: 0, outcome: "planned" });
    stop.abort();
    expect(await running).toBe(0);
    expect(machineFiles.exists(cwd)).toBe(false);
  });
});
