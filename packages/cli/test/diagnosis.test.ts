import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startWorld, type World } from "./world.ts";

let world: World;
let [old, sha]: [string, string] = ["", ""];
beforeEach(async () => {
  world = await startWorld();
  [old = "", sha = ""] = world.commits;
});
afterEach(() => world.close());

interface Explained {
  readonly explanation: readonly {
    readonly rule: string;
    readonly verdict: string;
    readonly fact: string;
    readonly change?: string;
  }[];
}

describe("explain", () => {
  test("tells of every rule by itself what it says of a commit that did not ship", async () => {
    world.forge.setStatus({ sha: old, context: "CI / all-required (push)", state: "failure" });
    const ran = await world.lateen(["explain", old.slice(0, 8), "--json"]);
    const { explanation } = ran.json() as unknown as Explained;
    expect([ran.code, explanation.map(({ rule, verdict }) => `${rule} ${verdict}`)], ran.stderr).toEqual([
      0,
      ["kill-switch passed", "supersession superseded", "gate refused", "promotion passed", "fleet passed"],
    ]);
    expect(explanation.find(({ rule }) => rule === "gate")?.change).toContain("--override CHECK=REASON");
    expect(ran.json().reason).toContain("supersession");
    const text = await world.lateen(["explain", old]);
    for (const part of ["├─ gate: refused", "would change it:", "http://127.0.0.1", "canary-a runs"])
      expect(text.stdout).toContain(part);
    expect(world.plane.moves()).toEqual([]);
  });

  test("tells when, by whom and as which entry a commit shipped", async () => {
    await world.lateen(["ship", "--sha", sha]);
    const ran = await world.lateen(["explain", sha]);
    expect(ran.stdout).toContain("it shipped and is what is promoted; promoted by octavia");
    expect(ran.stdout).toContain("entry 1 of the ledger");
  });

  test("tells of a rollout that halted, from its journal", async () => {
    world.plane.treat("t2", "skips");
    await world.lateen(["ship", "--sha", sha]);
    const ran = await world.lateen(["explain", sha]);
    expect(ran.stdout).toMatch(
      /it has not shipped: journal says halted: the rollout that started at \S+ moved 4 tenants and is halted/,
    );
  });
});
