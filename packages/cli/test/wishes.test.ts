import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFolder, type Folder } from "./folder.ts";
import { runHere, type Started, startLateen } from "./run-lateen.ts";
import { startWorld, tokens, type World } from "./world.ts";

let world: World;
let elsewhere: Folder;
let sha = "";
beforeEach(async () => {
  world = await startWorld({ size: 4 });
  elsewhere = createFolder();
  sha = world.commits.at(-1) ?? "";
});
afterEach(async () => {
  await world.close();
  elsewhere.remove();
});

const soakFor = (soak: string, more = "") =>
  world.configure((text) => text.replace(/soak: \w+/, `soak: ${soak}`).replace("  batch: 3\n", `  batch: 3\n${more}`));
const ask = async (...argv: readonly string[]) => {
  const ran = await world.lateen(["rollout", ...argv, "--json"]);
  return { code: ran.code, document: ran.json() };
};
const started = async (): Promise<Started> => {
  const running = world.start(["rollout", "--sha", sha, "--yes", "--json"]);
  await running.says("soaks until");
  return running;
};
const journal = () =>
  world.folder
    .read(".lateen/rollout.jsonl")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; at: number; actor?: string; reason?: string; guard?: string });

describe("a rollout of another process", () => {
  test("is stopped in a soak of a minute within seconds, with actor and reason in the journal", async () => {
    soakFor("60s");
    const running = await started();
    const askedAt = Date.now();
    expect(await ask("--stop", "--reason", "checkout fails")).toMatchObject({
      code: 0,
      document: { outcome: "ok", commit: sha },
    });
    const { code, stdout } = await running.ended;
    const document = JSON.parse(stdout) as { outcome: string; code: string; reason: string };
    expect({ code, outcome: document.outcome, stop: document.code }).toEqual({
      code: 5,
      outcome: "halted",
      stop: "STOPPED",
    });
    expect(document.reason).toContain("octavia stopped the rollout: checkout fails");
    expect(Date.now() - askedAt).toBeLessThan(20_000);
    expect(world.plane.moves()).toEqual([["canary-a"]]);
    expect(journal().find(({ type }) => type === "guard-stopped")).toMatchObject({ guard: "operator" });
  });

  test("starts nothing new while it is paused, and goes on when it is continued", async () => {
    soakFor("2s");
    const running = await started();
    expect((await ask("--pause", "--reason", "lunch")).code).toBe(0);
    await running.says("paused by octavia: lunch");
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(world.plane.moves()).toEqual([["canary-a"]]);
    expect((await ask("--continue")).code).toBe(0);
    expect((await running.ended).code).toBe(0);
    expect(world.plane.moves()).toHaveLength(2);
    const facts = journal().filter(({ type }) => type === "rollout-paused" || type === "rollout-continued");
    expect(facts).toMatchObject([{ actor: "octavia", reason: "lunch" }, { actor: "octavia" }]);
  });

  test("is paused from another machine through the mirror's repository, and stopped from there", async () => {
    soakFor("60s", `  mirror: { remote: "${world.repository.path}" }\n`);
    const running = await started();
    elsewhere.write("lateen.yaml", world.folder.read("lateen.yaml"));
    const env = { ...tokens, GITHUB_ACTOR: "ada" };
    const there = (...argv: readonly string[]) => runHere(["rollout", ...argv, "--json"], { cwd: elsewhere.path, env });
    expect((await there("--pause", "--reason", "look first")).code).toBe(0);
    await running.says("paused by ada: look first");
    expect((await there("--stop", "--reason", "it is broken")).code).toBe(0);
    const { code, stdout } = await running.ended;
    expect({ code, reason: JSON.parse(stdout).reason as string }).toEqual({
      code: 5,
      reason: expect.stringContaining("ada stopped the rollout: it is broken"),
    });
  });

  test("is paused by a wish that was left while no process drove it, once", async () => {
    soakFor("5s");
    const killed = await started();
    killed.kill("SIGKILL");
    await killed.ended;
    soakFor("30ms");
    expect((await ask("--pause", "--reason", "not now")).code).toBe(0);
    const resumed = startLateen(["rollout", "--resume", "--yes"], {
      cwd: world.folder.path,
      env: { ...tokens, GITHUB_ACTOR: "octavia" },
    });
    await resumed.says("paused by octavia: not now");
    resumed.kill("SIGKILL");
    await resumed.ended;
    expect((await ask("--continue", "--reason", "well")).code).toBe(0);
    const last = await world.lateen(["rollout", "--resume"]);
    expect({ code: last.code, stderr: last.stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining("continued by octavia: well"),
    });
  });
});

test("a lock of another host is broken with a reason, once its process has been silent", async () => {
  const killed = await (soakFor("30ms"), started());
  killed.kill("SIGKILL");
  await killed.ended;
  const owner = JSON.stringify({ pid: 7, host: "elsewhere.example.com", started: "" });
  world.folder.write(".lateen/rollout.lock.99", owner);
  const locked = await ask("--resume");
  expect(locked.code).toBe(3);
  expect(locked.document.reason).toMatch(/elsewhere\.example\.com.*lateen rollout --break-lock/);
  expect((await ask("--break-lock")).code).toBe(2);
  expect(await ask("--break-lock", "--reason", "the runner is gone")).toMatchObject({
    code: 3,
    document: { code: "LOCK_IN_USE" },
  });
  const aged = journal().map((entry) => JSON.stringify({ ...entry, at: entry.at - 3_600_000 }));
  world.folder.write(".lateen/rollout.jsonl", `${aged.join("\n")}\n`.replaceAll(/"until":\d+/g, '"until":1'));
  expect(await ask("--break-lock", "--reason", "the runner is gone")).toMatchObject({ code: 0 });
  expect((await ask("--resume")).code).toBe(0);
});

describe("a wish", () => {
  test("without a rollout, without a reason, or with another one is refused", async () => {
    expect(await ask("--pause", "--reason", "x")).toMatchObject({ code: 3, document: { code: "JOURNAL_EMPTY" } });
    for (const argv of [["--pause"], ["--stop"], ["--stop", "--pause", "--reason", "x"], ["--resume", "--stop"]])
      expect({ argv, code: (await ask(...argv)).code }).toEqual({ argv, code: 2 });
  });
});
