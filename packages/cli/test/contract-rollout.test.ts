import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  world,
  old,
  sha,
  run,
  configure,
  latest,
  candidates,
  running,
  moves,
  expectPartition,
  type Document,
  useContractWorld,
} from "./contract-world.ts";

useContractWorld();

describe("rollout", () => {
  test("goes canary first, in batches, and accounts for everybody", async () => {
    const { code, document, stderr } = await run("rollout", "--sha", sha);
    expect({ code, outcome: document.outcome }, stderr).toEqual({ code: 0, outcome: "shipped" });
    expect(moves()).toEqual([["canary-a"], ["t1", "t2", "t3"], ["t4", "t5"]]);
    expectPartition(document.fleet);
    expect(latest()).toEqual(candidates(0));
    for (const { body } of world.plane.requests.filter(({ dryRun }) => !dryRun))
      expect(body).toMatchObject({ confirm: true });
    expect((await run("rollout", "--sha", sha)).document.outcome).toBe("unchanged");
    expect(moves()).toHaveLength(3);
  });

  test("[unchanged] does not post who is on target already", async () => {
    world.tenants.set("t2", { sha });
    const { document } = await run("rollout", "--sha", sha);
    expect({
      outcome: document.outcome,
      movesT2: moves().flat().includes("t2"),
      verified: document.fleet.verified,
    }).toEqual({ outcome: "shipped", movesT2: false, verified: 6 });
  });

  test.each([
    ["waves: [1, 3, 50%]", [1, 3, 2]],
    ["waves: [1, 2]", [1, 2, 2, 1]],
    ["waves: [20%, 50%]", [2, 3, 1]],
    ["batch: 10", [1, 5]],
    ["batch: 1", [1, 1, 1, 1, 1, 1]],
  ])("%s rolls waves of %j", async (line, sizes) => {
    if (line.startsWith("waves: [20%"))
      configure(["batch: 3", line.replaceAll(/\d+%/g, '"$&"')], ["canary: [canary-a]", "canary: []"]);
    else configure(["batch: 3", line.replaceAll(/\d+%/g, '"$&"')]);
    const { code, document, stderr } = await run("rollout", "--sha", sha);
    expect({ code, outcome: document.outcome }, stderr).toEqual({ code: 0, outcome: "shipped" });
    expect(moves().map((slugs) => slugs.length)).toEqual(sizes);
  });

  test("by window grows with the evidence", async () => {
    configure(["batch: 3", "window: { growth: 1, cap: 3 }"]);
    const { code, stderr } = await run("rollout", "--sha", sha);
    expect(code, stderr).toBe(0);
    expect(moves().flat().toSorted()).toEqual([...world.tenants.slugs()].toSorted());
  });

  test("of some tenants moves only those; the canary cannot be left out silently", async () => {
    expect((await run("rollout", "--sha", sha, "--only", "t1")).code).toBe(3);
    expect((await run("rollout", "--sha", sha, "--only", "unheard-of,canary-a")).code).toBe(3);
    for (const empty of ["", ",", " "])
      expect((await run("rollout", "--sha", sha, "--only", empty)).code, JSON.stringify(empty)).toBe(2);
    expect(moves()).toEqual([]);
    const { code, document, stderr } = await run(
      "rollout",
      "--sha",
      sha,
      "--only",
      "t1",
      "--override",
      "canary=looked at it myself",
    );
    expect({ code, outcome: document.outcome, moves: moves() }, stderr).toEqual({
      code: 0,
      outcome: "shipped",
      moves: [["t1"]],
    });
    expect(JSON.stringify(document["evidence"])).toContain("looked at it myself");
  });

  test.each([
    ["lies", "stragglers"],
    ["skips", "stragglers"],
    ["denies", "stragglers"],
    ["fails", "stragglers"],
    ["sick", "stragglers"],
  ] as const)("halts where the canary %s", async (manner, list) => {
    world.plane.treat("canary-a", manner);
    configure(["batch: 3", "batch: 3\n  maxStragglers: 5"]);
    const { code, document, stderr, stdout } = await run("rollout", "--sha", sha);
    expect({ code, outcome: document.outcome }, stderr).toEqual({ code: 5, outcome: "halted" });
    expect(document.fleet[list]).toContain("canary-a");
    expect(moves().flat()).toEqual(["canary-a"]);
    expectPartition(document.fleet);
    expect(stdout + stderr).not.toContain("hunter2");
  });

  test("halts at a tenant beyond the budget, and is given up on demand", async () => {
    world.plane.treat("t2", "denies");
    const halted = await run("rollout", "--sha", sha);
    expect({ code: halted.code, outcome: halted.document.outcome }).toEqual({ code: 5, outcome: "halted" });
    expect(halted.document.fleet.stragglers).toContain("t2");
    expectPartition(halted.document.fleet);

    const given = await run("rollout", "--abandon", "--reason", "a newer one is there");
    expect(given.code, given.stderr).toBe(0);
    const more = await run("rollout", "--abandon");
    expect({ code: more.code, documentCode: more.document["code"] }, "there is nothing more to give up").toEqual({
      code: 3,
      documentCode: "JOURNAL_EMPTY",
    });
    const resumed = await run("rollout", "--resume");
    expect(
      { codeResumed: resumed.code, documentCode: resumed.document["code"] },
      "what was given up is not continued",
    ).toEqual({ codeResumed: 3, documentCode: "JOURNAL_EMPTY" });
    const newer = await world.release();
    world.plane.treat("t2", undefined);
    expect((await run("rollout", "--sha", newer)).document.outcome).toBe("shipped");
    expect(running()).toEqual([newer]);
  });

  test("[journal-of-another] that was killed blocks another commit with exit 3 until it is given up", async () => {
    configure(["soak: 30ms", "soak: 5s"]);
    const killed = world.start(["rollout", "--sha", sha]);
    await killed.says("soaks until");
    const owned = await run("rollout", "--resume");
    expect({ code: owned.code, reason: owned.document.reason }, "owned by a living process").toEqual({
      code: 3,
      reason: expect.stringMatching(/process|owned|running/i),
    });
    killed.kill("SIGKILL");
    await killed.ended;
    world.configure();
    const newer = await world.release();
    const blocked = await run("rollout", "--sha", newer);
    expect({ code: blocked.code, reason: blocked.document.reason }, blocked.stderr).toEqual({
      code: 3,
      reason: expect.stringContaining("--abandon"),
    });
    expect((await run("ship", "--sha", newer)).code).toBe(3);
    expect((await run("rollout", "--resume", "--sha", newer)).code).toBe(2);
    expect((await run("rollout", "--abandon")).code).toBe(0);
    expect((await run("rollout", "--sha", newer)).document.outcome).toBe("shipped");
  });

  test("[halted-continues] continues a halted rollout of the same commit without posting the proven again", async () => {
    world.plane.treat("t2", "denies");
    await run("rollout", "--sha", sha);
    world.plane.treat("t2", undefined);
    const before = moves().flat();
    const { code, document, stderr } = await run("rollout", "--resume");
    expect({ code, outcome: document.outcome, commit: document["commit"] }, stderr).toEqual({
      code: 0,
      outcome: "shipped",
      commit: sha,
    });
    const after = moves().flat().slice(before.length);
    expect(after.filter((slug) => before.includes(slug) && slug !== "t2")).toEqual([]);
    expect((await run("rollout", "--resume", "--sha", old)).code).toBe(2);
    expect((await run("rollout", "--resume")).document.outcome).toBe("unchanged");
  });

  test("ships past as many as are allowed, over the whole rollout, and names them", async () => {
    configure(["batch: 3", "batch: 3\n  maxStragglers: 1"]);
    world.plane.treat("t2", "denies");
    const { code, document, stderr } = await run("rollout", "--sha", sha);
    expect({ code, outcome: document.outcome, stragglers: document.fleet.stragglers }, stderr).toEqual({
      code: 0,
      outcome: "shipped",
      stragglers: ["t2"],
    });
    expectPartition(document.fleet);
    const left = "tenants is off target and tolerated: t2";
    expect({ reason: document.reason, stderr }).toEqual({
      reason: expect.stringContaining(left),
      stderr: expect.stringContaining(left),
    });
    const newer = await world.release();
    world.plane.treat("t5", "denies");
    const two = await run("rollout", "--sha", newer);
    expect({ code: two.code, outcome: two.document.outcome }).toEqual({ code: 5, outcome: "halted" });
    expect(two.document.fleet.stragglers).toEqual(expect.arrayContaining(["t2", "t5"]));
  });

  test("with onFailure: rollback returns the tenants that it moved", async () => {
    configure(["batch: 3", "batch: 3\n  onFailure: rollback"]);
    world.plane.treat("t4", "denies");
    const { code, document, stderr } = await run("rollout", "--sha", sha);
    expect({ code, outcome: document.outcome }, stderr).toEqual({ code: 5, outcome: "halted" });
    expect(running()).toEqual([old]);
    expectPartition(document.fleet);
  });

  test("believes a row without proof only from a legacy control plane", async () => {
    world.tenants.set("t1", { manner: "well" });
    world.plane.treat("t1", "mute");
    expect((await run("rollout", "--sha", sha)).document.outcome).toBe("shipped");
  });

  test("rolls a tenant born during the rollout last, and counts it", async () => {
    configure(["soak: 30ms", "soak: 200ms"]);
    let born = false;
    const ran = await world.lateen(["rollout", "--sha", sha, "--json", "-v"], {
      onProgress(line) {
        if (born || !line.includes("canary-a runs")) return;
        born = true;
        world.tenants.set("newborn", { sha: old });
      },
    });
    const document = ran.json() as Document;
    expect({ code: ran.code, enumerated: document.fleet.enumerated }, ran.stderr).toEqual({ code: 0, enumerated: 7 });
    expect({ running: running(), moves: moves().at(-1) }).toEqual({ running: [sha], moves: ["newborn"] });
  });

  test.each(["../../etc", "UPPER", "a..b", "x".repeat(64), "-a", "a;rm"])(
    "refuses a fleet with the slug %j before any move",
    async (slug) => {
      world.tenants.set(slug, { sha: old });
      const { code, document } = await run("rollout", "--sha", sha);
      expect({ code, outcome: document.outcome, moves: moves() }).toEqual({ code: 3, outcome: "refused", moves: [] });
    },
  );

  test("refuses an empty fleet, is unknown where it cannot be listed, and exit 7 without a right", async () => {
    world.plane.meetPlan({ kind: "status", status: 500 });
    expect((await run("rollout", "--sha", sha)).code).toBe(4);
    expect((await world.lateen(["rollout", "--sha", sha], { env: { CP_TOKEN: "another" } })).code).toBe(7);
    for (const slug of world.tenants.slugs()) world.tenants.remove(slug);
    expect((await run("rollout", "--sha", sha)).code).toBe(3);
    expect(moves()).toEqual([]);
  });

  test("observes after a doubtful call before it posts again", async () => {
    world.plane.meet({ kind: "reset", effect: true });
    const ran = await world.lateen(["rollout", "--sha", sha, "--json"], { haste: 20 });
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 0, outcome: "shipped" });
    expect(
      moves()
        .flat()
        .filter((slug) => slug === "canary-a"),
    ).toHaveLength(1);
  });

  test("leaves tenants of a freeze where they are, until it is waived", async () => {
    configure(["batch: 3", "batch: 3\n  freeze: [{ reason: trade fair, tenants: [t2] }]"]);
    const held = await run("rollout", "--sha", sha);
    expect({ code: held.code, moves: moves().flat().toSorted() }).toEqual({
      code: 0,
      moves: ["canary-a", "t1", "t3", "t4", "t5"],
    });
    expect(held.document.fleet.tenants.find(({ slug }) => slug === "t2")).toMatchObject({
      verdict: "pinned",
      pin: { reason: "frozen: trade fair" },
    });
    const waived = await run("rollout", "--sha", sha, "--override", "freeze=they asked for it");
    expect({ code: waived.code, outcome: waived.document.outcome, last: moves().at(-1) }).toEqual({
      code: 0,
      outcome: "shipped",
      last: ["t2"],
    });
  });

  test("leaves the pinned alone and says why", async () => {
    configure(["batch: 3", 'batch: 3\n  pinned: { t3: { reason: "customer freeze", until: "2099-01-01" } }']);
    const { code, document, stdout, stderr } = await run("rollout", "--sha", sha);
    expect({ code, outcome: document.outcome, sha: world.tenants.get("t3").sha }, stderr).toEqual({
      code: 0,
      outcome: "shipped",
      sha: old,
    });
    expect(stdout).toContain("customer freeze");
    expectPartition(document.fleet);
  });

  test("keeps its journal as JSON lines next to the configuration", async () => {
    await run("rollout", "--sha", sha);
    const folder = join(world.folder.path, ".lateen");
    const [journal = ""] = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
    const lines = readFileSync(join(folder, journal), "utf8").trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
    expect(readdirSync(folder).filter((name) => name.endsWith(".lock"))).toEqual([]);
  });
});
