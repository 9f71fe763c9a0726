import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { images, startWorld, type World } from "./world.ts";

// Commands of operators after a shipment.

let world: World;
let [old, sha]: [string, string] = ["", ""];
beforeEach(async () => {
  world = await startWorld();
  [old = "", sha = ""] = world.commits;
});
afterEach(() => world.close());

const latest = (): (string | undefined)[] => images.map((image) => world.tag(image, "latest"));
const candidates = (commit: number): string[] => images.map((image) => world.digest(image, commit));
const running = (): string[] => [...new Set(world.tenants.slugs().map((slug) => world.tenants.get(slug).sha))];

/** Both commits, one after the other, so that there is something to go back to. */
async function shipBoth(): Promise<void> {
  await world.repository.setRef("refs/heads/main", old);
  expect((await world.lateen(["ship", "--sha", old])).code).toBe(0);
  await world.repository.setRef("refs/heads/main", sha);
  expect((await world.lateen(["ship", "--sha", sha])).code).toBe(0);
}

describe("reconcile", () => {
  test("[reconcile-repairs] does nothing without an entry, repairs a tag that was moved, and then has nothing to do", async () => {
    expect((await world.lateen(["reconcile", "--json"])).json().outcome).toBe("unchanged");
    await world.lateen(["ship", "--sha", sha]);
    world.registry.store.setTag(images[1], "latest", world.digest(images[1], 0));
    const status = await world.lateen(["status", "--fail-on-drift", "--json"]);
    expect({ code: status.code, status: status.json()["status"] }).toEqual({
      code: 3,
      status: expect.objectContaining({ drift: "drift" }),
    });
    const dry = await world.lateen(["reconcile", "--dry-run", "--json"]);
    expect({ code: dry.code, outcome: dry.json().outcome, latest: latest() }).toEqual({
      code: 0,
      outcome: "planned",
      latest: [candidates(1)[0], candidates(0)[1]],
    });
    const ran = await world.lateen(["reconcile", "--json"]);
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 0, outcome: "ok" });
    expect(latest()).toEqual(candidates(1));
    expect((await world.lateen(["reconcile", "--json"])).json().outcome).toBe("unchanged");
    expect((await world.lateen(["status", "--fail-on-drift"])).code).toBe(0);
  });

  test("is held by the kill switch", async () => {
    const ran = await world.lateen(["reconcile", "--json"], { env: { DEPLOY_DISABLED: "1" } });
    expect({ code: ran.code, outcome: ran.json().outcome }).toEqual({ code: 0, outcome: "held" });
  });
});

describe("rollback", () => {
  test("needs a reason", async () => {
    expect((await world.lateen(["rollback"])).code).toBe(2);
    expect((await world.lateen(["rollback", "--reason", " "])).code).toBe(2);
  });

  test("moves the canary first, then all others in calls of callSize, whatever the pace of a release is", async () => {
    world.configure((text) => text.replace("batch: 3", "batch: 1\n  callSize: 2"));
    await shipBoth();
    const before = world.plane.moves().length;
    const ran = await world.lateen(["rollback", "--reason", "checkout fails", "--json"]);
    expect({ code: ran.code, outcome: ran.json().outcome, running: running() }, ran.stderr).toEqual({
      code: 0,
      outcome: "shipped",
      running: [old],
    });
    const [first, ...others] = world.plane.moves().slice(before);
    expect({ first, sizes: others.map((slugs) => slugs.length).toSorted((a, b) => a - b) }).toEqual({
      first: ["canary-a"],
      sizes: [1, 2, 2],
    });
  });

  test("returns fleet and tags to the release before, on the record, also with the kill switch armed", async () => {
    await shipBoth();
    const dry = await world.lateen(["rollback", "--reason", "checkout fails", "--dry-run", "--json"]);
    expect({ code: dry.code, outcome: dry.json().outcome, commit: dry.json()["commit"] }, dry.stderr).toEqual({
      code: 0,
      outcome: "planned",
      commit: old,
    });
    expect({ latest: latest(), running: running() }).toEqual({ latest: candidates(1), running: [sha] });

    const ran = await world.lateen(["rollback", "--reason", "checkout fails", "--json"], {
      env: { DEPLOY_DISABLED: "1" },
    });
    expect({ code: ran.code, outcome: ran.json().outcome, commit: ran.json()["commit"] }, ran.stderr).toEqual({
      code: 0,
      outcome: "shipped",
      commit: old,
    });
    expect(ran.json()).toMatchObject({ fleet: { enumerated: 6, verified: 6 } });
    expect(ran.stderr).toMatch(/kill switch/);
    expect({ latest: latest(), running: running() }).toEqual({ latest: candidates(0), running: [old] });
    const ledger = await world.ledger();
    for (const text of ["checkout fails", "octavia", old]) expect(ledger).toContain(text);

    const held = await world.lateen(["promote", "--sha", sha, "--json"]);
    expect({ code: held.code, outcome: held.json().outcome }).toEqual({ code: 3, outcome: "refused" });
    const waived = await world.lateen([
      "promote",
      "--sha",
      sha,
      "--json",
      "--override",
      "rollback-hold=it was the database",
    ]);
    expect({ code: waived.code, outcome: waived.json().outcome }, waived.stderr).toEqual({
      code: 0,
      outcome: "shipped",
    });
  });

  test("moves no tag where a tenant does not come back", async () => {
    await shipBoth();
    world.plane.treat("t3", "skips");
    const ran = await world.lateen(["rollback", "--reason", "checkout fails", "--json"]);
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 5, outcome: "halted" });
    expect(ran.json()).toMatchObject({ fleet: { stragglers: expect.arrayContaining(["t3"]) } });
    expect(latest()).toEqual(candidates(1));
  });

  test("moves no tenant if the tag that tenants pull is no longer anywhere, though the ledger's digest is", async () => {
    await shipBoth();
    const moves = world.plane.moves().length;
    const isGone = (status: number): (() => void) =>
      world.registry.misbehave({
        when: ({ path }) => path.endsWith(`/manifests/staging-${old.slice(0, 7)}`),
        fault: { kind: "answer", status, body: '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}' },
      });
    const back = isGone(404);
    for (const argv of [["--dry-run"], []]) {
      const ran = await world.lateen(["rollback", "--reason", "checkout fails", "--json", ...argv]);
      expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 3, outcome: "refused" });
      expect(JSON.stringify(ran.json())).toMatch(/lateen retag/);
    }
    expect({ movesCount: world.plane.moves().length, latest: latest(), running: running() }).toEqual({
      movesCount: moves,
      latest: candidates(1),
      running: [sha],
    });
    back();
    expect((await world.lateen(["rollback", "--reason", "checkout fails", "--json"])).json().outcome).toBe("shipped");
  });
});

describe("status", () => {
  test("shows trunk, ledger, tags and tenants side by side", async () => {
    await world.lateen(["ship", "--sha", sha]);
    const newer = await world.release();
    const ran = await world.lateen(["status"]);
    expect(ran.code, ran.stderr).toBe(0);
    for (const text of [
      newer.slice(0, 7),
      sha.slice(0, 7),
      "1 ahead",
      "entry 1",
      "by octavia",
      "follows",
      "6 verified",
      "no drift",
    ])
      expect(ran.stdout).toContain(text);
    const late = await world.lateen(["status", "--max-age", "1ms", "--fail-on-drift"]);
    expect(late.code, late.stdout).toBe(3);
  });

  test("counts a tenant elsewhere as drift", async () => {
    await world.lateen(["ship", "--sha", sha]);
    world.tenants.set("t2", { sha: old });
    const ran = await world.lateen(["status", "--json", "--fail-on-drift"]);
    expect({ code: ran.code, reason: ran.json().reason }).toEqual({ code: 3, reason: expect.stringContaining("t2") });
    expect((await world.lateen(["status"])).code).toBe(0);
  });

  test("counts tenants as drift that a rollout brought back to what was rolled back from, and none that are newer", async () => {
    await shipBoth();
    await world.lateen(["rollback", "--reason", "checkout fails"]);
    expect((await world.lateen(["status", "--fail-on-drift"])).code).toBe(0);
    const again = await world.lateen(["rollout", "--sha", sha, "--json"]);
    expect({ code: again.code, outcome: again.json().outcome }).toEqual({ code: 0, outcome: "shipped" });
    const ran = await world.lateen(["status", "--json", "--fail-on-drift"]);
    expect({ code: ran.code, reason: ran.json().reason }).toEqual({
      code: 3,
      reason: expect.stringMatching(/^6 of 6 tenants are on a release that was rolled back from: /),
    });
    const newer = await world.release();
    expect((await world.lateen(["rollout", "--sha", newer])).code).toBe(0);
    expect((await world.lateen(["status", "--fail-on-drift"])).code).toBe(0);
  });

  test("counts one as drift that a rollout would tolerate, and says who keeps silent", async () => {
    world.configure((text) => text.replace("batch: 3", "batch: 3\n  maxStragglers: 1"));
    await world.lateen(["ship", "--sha", sha]);
    world.tenants.set("t2", { sha: old });
    const behind = await world.lateen(["status", "--json", "--fail-on-drift"]);
    expect({ code: behind.code, reason: behind.json().reason }).toEqual({
      code: 3,
      reason: "1 of 6 tenants is off target: t2",
    });
    world.tenants.set("t2", { manner: "down" });
    const silent = await world.lateen(["status", "--json", "--fail-on-drift"]);
    expect({ code: silent.code, reason: silent.json().reason }).toEqual({
      code: 0,
      reason: expect.stringMatching(/all other tenants agree; .*: t2/),
    });
  });

  test("is unknown where the ledger cannot be read", async () => {
    world.configure((text) => text.replace("core.git", "nowhere.git"));
    expect((await world.lateen(["status", "--json"])).code).toBe(4);
  });
});
