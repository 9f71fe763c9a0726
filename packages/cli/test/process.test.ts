import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { root } from "./run-lateen.ts";
import { startWorld, tokens, type World } from "./world.ts";

// Behaviour that only a real process can show: signals, exit by number, closed pipes.

let world: World;
let sha = "";
beforeEach(async () => {
  world = await startWorld();
  sha = world.commits[1] ?? "";
  world.configure((text) => text.replace("soak: 30ms", "soak: 1500ms"));
});
afterEach(() => world.close());

const result = (): { outcome: string; fleet?: { enumerated: number; verified: number } } =>
  JSON.parse(world.folder.read("result.json")) as ReturnType<typeof result>;

describe("an interruption", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)(
    "[one-signal] by one %s lets what is in flight settle, writes the result and says how to resume",
    async (signal, code) => {
      const ship = world.start(["ship", "--sha", sha, "--result-file", "result.json"]);
      await ship.says("soaks until");
      ship.kill(signal);
      const ran = await ship.ended;
      expect({ code: ran.code, saysHowToResume: ran.stderr.includes("lateen rollout --resume") }, ran.stderr).toEqual({
        code,
        saysHowToResume: true,
      });
      expect(result()).toMatchObject({ outcome: "halted", fleet: { enumerated: 6 } });
      expect(world.plane.moves()).toEqual([["canary-a"]]);

      world.configure();
      const resumed = await world.lateen(["rollout", "--resume", "--json"]);
      expect({ code: resumed.code, outcome: resumed.json().outcome }, resumed.stderr).toEqual({
        code: 0,
        outcome: "shipped",
      });
      expect(
        world.plane
          .moves()
          .flat()
          .filter((slug) => slug === "canary-a"),
      ).toHaveLength(1);
      const again = await world.lateen(["rollout", "--resume", "--json"]);
      expect({ code: again.code, outcome: again.json().outcome }, again.stderr).toEqual({
        code: 0,
        outcome: "unchanged",
      });
    },
  );

  test("[signal-in-gate] while the gate is waited for ends at once with nothing moved", async () => {
    world.configure((text) => text.replace("timeout: 5s", "timeout: 60s"));
    world.forge.setStatus({ sha, context: "CI / all-required (push)", state: "pending" });
    const ship = world.start(["ship", "--sha", sha, "--result-file", "result.json"]);
    await ship.says("CI / all-required (push): pending");
    ship.kill("SIGTERM");
    const ran = await ship.ended;
    expect({ code: ran.code, moves: world.plane.moves() }, ran.stderr).toEqual({ code: 143, moves: [] });
    expect(result()).toMatchObject({ outcome: "error", error: { code: "INTERRUPTED" } });
  });

  test("[two-signals] by two signals ends at once, with a result", async () => {
    world.plane.meet({ kind: "hangs" });
    const ship = world.start(["ship", "--sha", sha, "--result-file", "result.json"]);
    await ship.says("canary: 1 tenant");
    ship.kill("SIGINT");
    await ship.says("again to stop now");
    ship.kill("SIGINT");
    const ran = await ship.ended;
    expect(ran.code, ran.stderr).toBe(130);
    expect(result()).toMatchObject({ outcome: "error", error: { code: "INTERRUPTED" } });
  });
});

describe("a closed pipe", () => {
  test("does not fail a command", async () => {
    const env = { ...tokens, PATH: process.env["PATH"] };
    const script = `{ "${root}/bin/lateen" plan --sha ${sha}; echo "code $?" >&2; } 2>err.txt | head -c 1`;
    await promisify(execFile)("bash", ["-c", script], { cwd: world.folder.path, env });
    expect(world.folder.read("err.txt")).toContain("code 0");
  });
});
