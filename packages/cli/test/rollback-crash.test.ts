import { systemClock } from "@lateen/kernel";
import { type GitHttpServer, startGitHttpServer } from "@lateen/git-log/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { reason, startTargetsWorld, type TargetsWorld, withTargets } from "./targets-world.ts";

type OnRequest = NonNullable<Parameters<typeof startGitHttpServer>[0]["fault"]>;

// State after a rollback, or the fleet of a release, that ends too early, and the commands that complete it.

let world: TargetsWorld;
let [oldest, old, sha]: [string, string, string] = ["", "", ""];
beforeEach(async () => {
  world = await startTargetsWorld();
  [oldest = "", old = "", sha = ""] = world.commits;
});
afterEach(() => world.close());

describe("an interrupted rollback", () => {
  test("is continued by rollout --resume under its own rules, and completed by rollback", async () => {
    await world.shipped([old, sha]);
    const interrupted = await world.interruptInSoak(["rollback", "--reason", reason]);
    expect(interrupted.stderr).toMatch(new RegExp(`lateen rollback --reason .* --to ${old}\\n`));
    expect({ tags: world.tags("latest"), entries: await world.entries("latest") }).toEqual({
      tags: world.candidates(2),
      entries: 2,
    });

    const moves = world.plane.moves().length;
    for (const argv of [["--dry-run"], []]) {
      const shipped = await world.lateen(["ship", "--sha", sha, "--json", ...argv]);
      expect({ code: shipped.code, outcome: shipped.json().outcome }, shipped.stderr).toEqual({
        code: 3,
        outcome: "refused",
      });
      for (const text of ["unfinished rollback", old, "checkout fails", "lateen rollback"])
        expect(shipped.json().reason).toContain(text);
    }
    expect(world.plane.moves()).toHaveLength(moves);

    // A newer commit owns the branch and the kill switch is armed: neither stops a rollback.
    world.forge.setVariable("DEPLOY_DISABLED", "true");
    const resumed = await world.lateen(["rollout", "--resume", "--json"], { env: { DEPLOY_DISABLED: "1" } });
    expect({ code: resumed.code, outcome: resumed.json().outcome }, resumed.stderr).toEqual({
      code: 0,
      outcome: "shipped",
    });
    expect(resumed.stderr).toMatch(/kill switch/);
    const next = `lateen rollback --to ${old} --reason 'checkout fails at a customer'\\''s cart'`;
    expect(resumed.json()).toMatchObject({
      commit: old,
      next: [next],
      reason: expect.stringContaining("no tag was moved"),
    });
    expect(resumed.stderr).toContain(next);
    expect({ running: world.running(), tagsLatest: world.tags("latest"), tagsNext: world.tags("next") }).toEqual({
      running: [old],
      tagsLatest: world.candidates(2),
      tagsNext: world.candidates(2),
    });

    const completed = await world.rollback();
    expect(
      { code: completed.code, outcome: completed.json().outcome, commit: completed.json()["commit"] },
      completed.stderr,
    ).toEqual({ code: 0, outcome: "shipped", commit: old });
    expect({ tagsLatest: world.tags("latest"), tagsNext: world.tags("next") }).toEqual({
      tagsLatest: world.candidates(1),
      tagsNext: world.candidates(1),
    });
  });

  test("is verified strictly when it is resumed: a tenant on a newer commit is no success", async () => {
    await world.shipped([old, sha]);
    await world.interruptInSoak(["rollback", "--reason", reason]);
    world.plane.treat("t2", "skips");
    const resumed = await world.lateen(["rollout", "--resume", "--json"]);
    expect({ code: resumed.code, outcome: resumed.json().outcome }, resumed.stderr).toEqual({
      code: 5,
      outcome: "halted",
    });
    expect(resumed.json()).toMatchObject({
      fleet: { ahead: 0 },
      next: expect.arrayContaining([expect.stringContaining("lateen rollback")]),
    });
  });

  test("is continued by the same command; a dry run of either way writes nothing", async () => {
    await world.shipped([old, sha]);
    await world.interruptInSoak(["rollback", "--reason", reason]);
    const journal = world.folder.read(".lateen/rollout.jsonl");
    const moves = world.plane.moves().length;
    for (const argv of [
      ["rollout", "--resume"],
      ["rollback", "--reason", reason],
    ]) {
      const dry = await world.lateen([...argv, "--dry-run", "--json"]);
      expect({ code: dry.code, outcome: dry.json().outcome, commit: dry.json()["commit"] }, dry.stderr).toEqual({
        code: 0,
        outcome: "planned",
        commit: old,
      });
    }
    expect({ read: world.folder.read(".lateen/rollout.jsonl"), movesCount: world.plane.moves().length }).toEqual({
      read: journal,
      movesCount: moves,
    });
    const again = await world.rollback();
    expect({ code: again.code, outcome: again.json().outcome, commit: again.json()["commit"] }, again.stderr).toEqual({
      code: 0,
      outcome: "shipped",
      commit: old,
    });
    const posted = world.plane.moves().flat();
    expect(posted.toSorted()).toEqual([...new Set(posted)].toSorted());
  });

  test("is given up by name", async () => {
    await world.shipped([old, sha]);
    await world.interruptInSoak(["rollback", "--reason", reason]);
    const { stdout } = await world.lateen(["rollout", "--abandon"]);
    expect(stdout).toContain(`abandoned the rollback to ${old}`);
  });
});

test("an interrupted ship that rollout --resume has continued says that promotion is still to do", async () => {
  await world.interruptInSoak(["ship", "--sha", sha]);
  const head = await world.release();
  const gaveWay = await world.lateen(["rollout", "--resume", "--json"]);
  expect(gaveWay.json()).toMatchObject({ outcome: "superseded", supersededBy: head });
  expect(gaveWay.json()["next"]).toBeUndefined();
  await world.repository.setRef("refs/heads/main", sha);
  const resumed = await world.lateen(["rollout", "--resume", "--json"]);
  expect({ code: resumed.code, outcome: resumed.json().outcome }, resumed.stderr).toEqual({
    code: 0,
    outcome: "shipped",
  });
  const next = `lateen ship --sha ${sha}`;
  expect(resumed.json()).toMatchObject({
    next: [next],
    reason: expect.stringMatching(/no tag was moved: .* default, next/),
  });
  expect(resumed.stderr).toContain(next);
  expect((await world.lateen(["ship", "--sha", sha, "--json"])).json().outcome).toBe("shipped");
  expect(world.tags("next")).toEqual(world.candidates(2));
});

test("a release that never got to its ledger is not what a rollback leaves, and it says so", async () => {
  await world.shipped([oldest, old]);
  await world.interruptInSoak(["ship", "--sha", sha]);
  expect((await world.lateen(["rollout", "--abandon"])).code).toBe(0);
  const further = await world.rollback("--dry-run");
  expect({ outcome: further.json().outcome, commit: further.json()["commit"] }, further.stderr).toEqual({
    outcome: "planned",
    commit: oldest,
  });
  expect(further.stderr).toContain(`give --to ${old}`);
  const back = await world.rollback("--to", old);
  expect({ code: back.code, outcome: back.json().outcome, running: world.running() }, back.stderr).toEqual({
    code: 0,
    outcome: "shipped",
    running: [old],
  });
  expect(back.stderr).not.toContain("was last sent to");
  expect({ entriesLatest: await world.entries("latest"), entriesNext: await world.entries("next") }).toEqual({
    entriesLatest: 2,
    entriesNext: 2,
  });
});

describe("a rollback that is killed", () => {
  let git: GitHttpServer;
  let onGit: OnRequest | undefined;
  beforeEach(async () => {
    await world.shipped([oldest, old, sha]);
    git = await startGitHttpServer({ root: world.repository.root, fault: (request) => onGit?.(request) });
    await world.repository.git("config", "http.receivepack", "true");
    world.configure((text) =>
      withTargets(text).replace(`remote: "${world.repository.path}"`, `remote: "${git.url}/core.git"`),
    );
  });
  afterEach(() => git.close());

  test.each([
    [1, "before"],
    [1, "after"],
    [2, "before"],
    [2, "after"],
  ] as const)("at entry %i, %s it is written, is completed by the same command", async (entry, dies) => {
    const started = world.start(["rollback", "--reason", reason]);
    let pushes = 0;
    onGit = ({ isPush }) => {
      // A connection that is reset is tried once more by git's own client, which outlives the program.
      if (!isPush || ++pushes < entry) return undefined;
      started.kill("SIGKILL");
      // A push that git sent before the death arrives all the same.
      return dies === "before" ? "reset" : undefined;
    };
    const { stderr } = await started.ended;
    expect(stderr).toContain("(ended by SIGKILL)");
    onGit = undefined;
    const wanted = dies === "after" ? entry : entry - 1;
    const written = async (): Promise<number> => (await world.entries("latest")) + (await world.entries("next")) - 6;
    for (let tries = 0; tries < 100 && (await written()) < wanted; tries++) await systemClock.sleep(20);
    expect({ written: await written(), running: world.running() }).toEqual({ written: wanted, running: [old] });

    const again = await world.rollback();
    expect({ code: again.code, commit: again.json()["commit"] }, again.stderr).toEqual({ code: 0, commit: old });
    expect({ running: world.running(), tagsLatest: world.tags("latest"), tagsNext: world.tags("next") }).toEqual({
      running: [old],
      tagsLatest: world.candidates(1),
      tagsNext: world.candidates(1),
    });
    expect({ entriesLatest: await world.entries("latest"), entriesNext: await world.entries("next") }).toEqual({
      entriesLatest: 4,
      entriesNext: 4,
    });
  });
});
