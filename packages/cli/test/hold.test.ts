import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startWorld, type World } from "./world.ts";

let world: World;
let sha = "";
beforeAll(async () => {
  world = await startWorld();
  sha = world.commits.at(-1) ?? "";
});
afterAll(() => world.close());
beforeEach(async () => {
  world.configure((text) => text.replace("killSwitch: { variable: DEPLOY_DISABLED }", "killSwitch: { ref: true }"));
  await world.lateen(["hold", "--lift"]);
});

const outcome = async (...argv: readonly string[]): Promise<{ code: number; outcome: unknown; reason: unknown }> => {
  const ran = await world.lateen([...argv, "--json"]);
  const document = ran.json();
  return { code: ran.code, outcome: document.outcome, reason: (document as { reason?: unknown }).reason };
};

describe("a hold on a ref", () => {
  test("holds the gate, a rollout and a promotion, with who and why, until it is lifted", async () => {
    expect(await outcome("hold", "--reason", "database migration")).toMatchObject({ code: 0, outcome: "ok" });
    const held = { outcome: "held", reason: expect.stringMatching(/octavia.*database migration/) };
    expect(await outcome("gate", "--sha", sha)).toMatchObject({ code: 12, ...held });
    expect(await outcome("ship", "--sha", sha, "--yes")).toMatchObject({ code: 0, ...held });
    expect(await outcome("promote", "--sha", sha, "--yes")).toMatchObject(held);
    expect((await world.lateen(["status"])).stdout).toContain("database migration");
    expect(await outcome("hold", "--lift")).toMatchObject({ code: 0, outcome: "ok" });
    expect(await outcome("hold", "--lift")).toMatchObject({ code: 0, outcome: "unchanged" });
    expect(await outcome("gate", "--sha", sha)).toMatchObject({ code: 0, outcome: "open" });
    expect(await world.repository.git("log", "--format=%s", "-2", "refs/lateen/hold")).toBe(
      "lift: lifted\nhold: database migration\n",
    );
  });

  test("is neither armed nor lifted by a dry run", async () => {
    expect(await outcome("hold", "--reason", "x", "--dry-run")).toMatchObject({ code: 0, outcome: "planned" });
    expect(await outcome("gate", "--sha", sha)).toMatchObject({ outcome: "open" });
    await world.lateen(["hold", "--reason", "x"]);
    expect(await outcome("hold", "--lift", "--dry-run")).toMatchObject({ code: 0, outcome: "planned" });
    expect(await outcome("gate", "--sha", sha)).toMatchObject({ outcome: "held" });
  });

  test("is lifted by what explain says", async () => {
    await world.lateen(["hold", "--reason", "x"]);
    const { stdout } = await world.lateen(["explain", sha]);
    expect(stdout).toMatch(/├─ kill-switch: held: .*\n│ {5}would change it: lateen hold --lift, or --override/);
    expect(stdout).toMatch(/├─ gate: held: .*\n│ {5}would change it: lateen hold --lift, or --override/);
  });

  test.each([
    ["2099-01-01T00:00:00+01:00", "2098-12-31T23:00:00.000Z"],
    ["2098-12-31", "2099-01-01T00:00:00.000Z"],
  ])("may end by itself, and says when: %s", async (until, end) => {
    await world.lateen(["hold", "--reason", "briefly", "--until", until]);
    expect(await outcome("gate", "--sha", sha)).toMatchObject({
      outcome: "held",
      reason: expect.stringContaining(end),
    });
  });

  test("that cannot be read holds, and is not written over", async () => {
    await world.repository.git("update-ref", "refs/lateen/hold", sha);
    expect(await outcome("gate", "--sha", sha)).toMatchObject({ code: 12, outcome: "held" });
    expect(await outcome("hold", "--lift")).toMatchObject({ code: 4, outcome: "unknown" });
    await world.repository.git("update-ref", "-d", "refs/lateen/hold");
    expect(await outcome("gate", "--sha", sha)).toMatchObject({ outcome: "open" });
  });

  test.each([
    ["without a reason", ["hold"]],
    ["with a time that has passed", ["hold", "--reason", "x", "--until", "2020-01-01T00:00:00Z"]],
    ["with a day that has passed", ["hold", "--reason", "x", "--until", "2020-01-31"]],
    ["with a day that is none", ["hold", "--reason", "x", "--until", "2099-02-31"]],
    ["with a time without its offset", ["hold", "--reason", "x", "--until", "2030-01-01T00:00"]],
    ["with an end and an end", ["hold", "--lift", "--until", "2h"]],
  ])("%s is a usage error", async (_, argv) => {
    expect(await world.lateen(argv)).toMatchObject({ code: 2 });
  });

  test("that no guard reads is a usage error", async () => {
    world.configure();
    expect(await outcome("hold", "--reason", "x")).toMatchObject({ code: 2 });
  });
});
