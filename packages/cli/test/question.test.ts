import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Ran } from "./run-lateen.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
let asked: string[] = [];
beforeEach(async () => {
  world = await startWorld({ size: 6, commits: 2 });
  asked = [];
});
afterEach(() => world.close());

const commit = (at: number): string => world.commits[at] ?? "";
const short = (at: number): string => commit(at).slice(0, 7);

/** At a terminal, where every question is answered alike. */
const answering = (answer: string, ...argv: readonly string[]): Promise<Ran> =>
  world.lateen(argv, {
    columns: 200,
    env: { LC_ALL: "C.UTF-8" },
    keyboard: { ask: async (question) => (asked.push(question), answer), listen: () => () => undefined },
  });

describe("the question holds the plan", () => {
  test("ship: commit and subject, from and to, waves, tags, time; and no moves nothing", async () => {
    await world.release();
    const ran = await answering("n", "ship", "--sha", commit(2));
    expect({ code: ran.code, asked: asked.length, moves: world.plane.moves() }).toEqual({
      code: 2,
      asked: 1,
      moves: [],
    });
    for (const part of [
      `commit  ${short(2)}  change 3`,
      `fleet   ${short(0)} → ${short(2)}, 6 of 6 tenants`,
      "waves   canary 1 (soak 1s), batch-1 3, batch-2 2",
      "/acme/platform:latest  ",
      "/acme/platform-tenant:latest  ",
      "time    rollout no history yet; soaking alone takes 1s",
      "not confirmed; nothing was touched",
    ])
      expect(ran.stderr).toContain(part);
    expect(ran.stderr.indexOf("commit  ")).toBeGreaterThanOrEqual(0);
  });

  test("yes does what was shown, and the next plan knows how long it took", async () => {
    const first = await answering("y", "ship", "--sha", commit(1));
    expect({ code: first.code, asked: asked.length }).toEqual({ code: 0, asked: 1 });
    const history = (await world.lateen(["history", "--json"])).json()["history"];
    expect(history).toEqual([expect.objectContaining({ commit: commit(1), tookMs: expect.any(Number) as number })]);
    expect((await world.lateen(["history"])).stdout).toMatch(/by octavia +\d+s +6 of 6 verified/);
    await world.release();
    const second = await answering("n", "ship", "--sha", commit(2));
    expect(second.stderr).toMatch(/time {4}rollout about \d+s \(the last time\)/);
    const plan = (await world.lateen(["plan", "--sha", commit(2), "--json"])).json();
    expect(plan).toMatchObject({ subject: "change 3", expected: { rollout: { of: 1 } } });
    expect((await world.lateen(["plan", "--sha", commit(2)])).stdout).toMatch(/time: rollout about \d+s/);
  });

  test("the ledger knows it where the journal of this machine does not", async () => {
    await world.lateen(["ship", "--sha", commit(1)]);
    await world.release();
    world.configure((text) => text.replace(/^fleet:$/m, "fleet:\n  journal: elsewhere"));
    expect((await world.lateen(["plan", "--sha", commit(2)])).stdout).toMatch(/time: rollout about \d+s/);
  });

  test("a gate that is waited for is named, and what comes after it is shown all the same", async () => {
    await world.release({ checks: "pending" });
    const ran = await answering("n", "ship", "--sha", commit(2));
    expect({ code: ran.code, asked: asked.length }).toEqual({ code: 2, asked: 1 });
    expect(ran.stderr).toContain("gate    waits for CI / all-required (push) (pending)");
    expect(ran.stderr).toContain(`fleet   ${short(0)} → ${short(2)}`);
    expect(ran.stderr).toMatch(/time {4}gate (?:no history yet|about \d)/);
    const plan = await world.lateen(["plan", "--sha", commit(2), "--json"]);
    expect(plan.json().outcome).toBe("deferred");
  });

  test("rollout, promote and rollback show theirs", async () => {
    await world.lateen(["ship", "--sha", commit(1)]);
    await world.release();
    const rollout = await answering("n", "rollout", "--sha", commit(2));
    expect(rollout.stderr).toContain(`fleet   ${short(1)} → ${short(2)}, 6 of 6 tenants`);
    const promote = await answering("n", "promote", "--sha", commit(2));
    expect(promote.stderr).toContain("/acme/platform:latest  ");
    const rollback = await answering("n", "rollback", "--to", commit(0), "--reason", "checkout fails");
    expect(rollback.stderr).toContain(`fleet   ${short(1)} → ${short(0)}, 6 of 6 tenants`);
    expect({ codes: [rollout.code, promote.code, rollback.code], asked: asked.length }).toEqual({
      codes: [2, 2, 2],
      asked: 3,
    });
  });
});

describe("nothing is asked", () => {
  test.each([
    ["a rollback without a reason", ["rollback"], 2],
    ["an empty selection", ["rollout", "--only", ""], 2],
    ["two options that contradict each other", ["rollout", "--resume", "--abandon"], 2],
    ["a waiver of what is no rule", ["ship", "--override", "nothing=x"], 2],
    ["a commit that is none", ["promote", "--sha", "xyz"], 2],
    ["a reference that is none", ["retag", "alpine", "latest"], 2],
  ])("about %s", async (_, argv, code) => {
    const ran = await answering("y", ...argv);
    expect({ code: ran.code, asked }, ran.stderr).toEqual({ code, asked: [] });
  });

  test("about what is refused: it ends at once", async () => {
    await world.release({ checks: "failure" });
    const ran = await answering("y", "ship", "--sha", commit(2));
    expect({ code: ran.code, asked, moves: world.plane.moves() }).toEqual({ code: 3, asked: [], moves: [] });
  });
});
