import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { images, startWorld, type World } from "./world.ts";

let world: World;
let old = "";
let sha = "";
beforeAll(async () => {
  world = await startWorld({ size: 3, commits: 2 });
  [old = "", sha = ""] = world.commits;
});
afterAll(() => world.close());

describe("before anything was released", () => {
  test("status shows all of its parts, and is unknown since nothing was compared", async () => {
    const ran = await world.lateen(["status"]);
    expect({ code: ran.code, stdout: ran.stdout }).toEqual({
      code: 4,
      stdout: expect.stringMatching(/unfinished: nothing[^]*holds: none[^]*ledger[^]*fleet: not asked/),
    });
  });

  test("status shows the freezes that hold the fleet or some of its tenants now, and no others", async () => {
    const windows = [
      '{ from: 2020-01-01, reason: "the audit" }',
      '{ from: 2020-01-01, tenants: [t1], reason: "their launch" }',
      '{ from: 2020-01-01, until: 2020-02-01, reason: "it is over" }',
    ];
    world.configure((text) => text.replace("  canary:", `  freeze: [${windows.join(", ")}]\n  canary:`));
    const ran = await world.lateen(["status", "--json"]);
    world.configure();
    expect(ran.json().status, ran.stderr).toMatchObject({
      holds: [
        { rule: "freeze", reason: "the fleet is frozen: the audit", source: "fleet.freeze" },
        { rule: "freeze", reason: "t1: their launch", source: "fleet.freeze" },
      ],
    });
  });

  test("no target is said to be without drift", async () => {
    const { status } = (await world.lateen(["status", "--json"])).json() as unknown as {
      status: { drift: string; targets: { drift: string }[] };
    };
    expect({ all: status.drift, targets: status.targets.map(({ drift }) => drift) }).toEqual({
      all: "unknown",
      targets: ["unknown"],
    });
  });

  test("watch and history say that there is nothing", async () => {
    const watched = await world.lateen(["watch"]);
    expect({ code: watched.code, stdout: watched.stdout }).toEqual({
      code: 0,
      stdout: "the journal is empty: no rollout is running\n",
    });
    const listed = await world.lateen(["history", "--json"]);
    expect({ code: listed.code, history: listed.json().history }).toEqual({ code: 0, history: [] });
  });
});

describe("a rollout that was killed", () => {
  test("is the first thing that status shows, with the commands that resume and abandon it", async () => {
    // A resumed rollout waits for the rest: the longer soak of two policies holds.
    world.configure((text) => text.replace(/soak: \w+/, "soak: 4s"));
    const ship = world.start(["ship", "--sha", sha, "--result-file", "left.json"]);
    await ship.says("soaks until");
    ship.kill("SIGKILL");
    await ship.ended;
    expect(JSON.parse(world.folder.read("left.json"))).toMatchObject({
      code: "UNFINISHED",
      startedAt: expect.stringMatching(/Z$/) as string,
      actor: expect.any(String) as string,
      lateen: { version: expect.any(String) as string },
    });
    expect((await world.lateen(["explain", sha])).stdout).toMatch(/journal says unfinished: the rollout/);
    expect((await world.lateen(["watch", "--json"])).json()).toMatchObject({
      outcome: "ok",
      reason: expect.stringContaining("no process drives it") as string,
      next: ["lateen status"],
    });
    const ran = await world.lateen(["status", "--json"]);
    const [resume, abandon] = [`lateen ship --sha ${sha}`, "lateen rollout --abandon"];
    expect(ran.json()).toMatchObject({
      status: { unfinished: { kind: "release", commit: sha, actor: "octavia", moved: 1, resume, abandon } },
      next: [resume, abandon],
    });
    const text = (await world.lateen(["status"])).stdout;
    expect(text).toMatch(
      /^unfinished: rollout of [0-9a-f]{7} by octavia, 1 tenant moved, for .*\n {2}to resume: {2}lateen ship/,
    );
  });

  test.each([
    { name: "ship", argv: () => ["ship", "--sha", sha, "--dry-run"] },
    { name: "plan", argv: () => ["plan", "--sha", sha] },
    { name: "rollout --resume", argv: () => ["rollout", "--resume", "--dry-run"] },
  ])("is counted by $name as what is left of it", async ({ argv }) => {
    const { fleet, reason } = (await world.lateen([...argv(), "--json"])).json() as {
      fleet?: { verified: number; tenants: { slug: string; verdict: string }[] };
      reason?: string;
    };
    expect({
      verified: fleet?.verified,
      tenants: fleet?.tenants.map((one) => `${one.slug} ${one.verdict}`),
      reason,
    }).toEqual({
      verified: 1,
      tenants: ["canary-a verified", "t1 planned", "t2 planned"],
      reason: expect.stringMatching(/^2 tenants (?:and 2 tags )?would change/) as string,
    });
  });

  test("is followed from another shell until it has ended", async () => {
    world.configure();
    const ship = world.start(["ship", "--sha", sha]);
    await ship.says("rollout continues");
    const watched = await world.lateen(["watch", "--json"]);
    expect((await ship.ended).code).toBe(0);
    expect({ code: watched.code, commit: watched.json().commit, reason: watched.json().reason }).toEqual({
      code: 0,
      commit: sha,
      reason: expect.stringMatching(/rollout of [0-9a-f]{7}/),
    });
    expect(watched.stderr).not.toContain("error");
  });
});

describe("after a release", () => {
  test("status says how old ledger, tags and fleet are, and when each was looked at", async () => {
    const { status } = (await world.lateen(["status", "--json"])).json() as unknown as {
      status: {
        targets: { ageMs: number; readAt: string; tags: { state: string; ageMs: number }[] }[];
        fleet: { readAt: string; provenAt: string; provenBy: string; ageMs: number };
      };
    };
    const [target] = status.targets;
    const recent = (at: string | undefined): boolean => Math.abs(Date.now() - Date.parse(at ?? "")) < 120_000;
    expect({
      tags: target?.tags.map(({ state, ageMs }) => ({
        state,
        isThatOfTheEntry: Math.abs(ageMs - target.ageMs) < 30_000,
      })),
      fleet: status.fleet,
      read: [target?.readAt, status.fleet.readAt, status.fleet.provenAt].map(recent),
    }).toEqual({
      tags: Array.from({ length: 2 }, () => ({ state: "follows", isThatOfTheEntry: true })),
      fleet: {
        readAt: expect.any(String) as string,
        provenAt: expect.any(String) as string,
        provenBy: expect.stringMatching(/^entry 1$|^the last rollout$/) as string,
        ageMs: expect.any(Number) as number,
      },
      read: [true, true, true],
    });
    const { stdout } = await world.lateen(["status"]);
    expect(stdout).toMatch(/^target default, read \w+ ago$/m);
    expect(stdout).toMatch(/:latest .* follows for \w+$/m);
    expect(stdout).toMatch(/^fleet, asked \w+ ago; proven on [0-9a-f]{7} \w+ ago \((?:entry 1|the last rollout)\)$/m);
  });

  test("a tag that somebody moved says since when at most", async () => {
    const [image] = images;
    const digest = world.tag(image, "latest") ?? "";
    world.registry.store.setTag(image, "latest", world.digest(image, 0));
    const { stdout } = await world.lateen(["status"]);
    world.registry.store.setTag(image, "latest", digest);
    expect(stdout).toMatch(/:latest .* differs, (?:moved within the last \w+|as before entry 1)$/m);
  });
});

describe("history", () => {
  test("lists releases with commit, who, why and what came of the fleet, and marks what was rolled back", async () => {
    expect((await world.lateen(["rollback", "--to", old, "--reason", "the checkout failed", "--yes"])).code).toBe(0);
    const { history } = (await world.lateen(["history", "--json"])).json();
    expect(history).toMatchObject([
      { position: 2, kind: "rollback", commit: old, reason: "the checkout failed" },
      { position: 1, kind: "promote", commit: sha, subject: "change 2", rolledBackBy: 2, fleet: "3 of 3 verified" },
    ]);
    const { stdout } = await world.lateen(["history"]);
    expect(stdout.split("\n")[0]).toMatch(/^#2 .* rolled back: the checkout failed \(change 1\) +by /);
  });

  test("of two releases says which commits and digests differ", async () => {
    const ran = await world.lateen(["history", old.slice(0, 9), sha.slice(0, 9), "--json"]);
    const { comparison } = ran.json();
    expect({ code: ran.code, comparison }).toEqual({
      code: 0,
      comparison: {
        from: old,
        to: sha,
        added: [sha],
        removed: [],
        digests: [
          expect.objectContaining({
            repository: expect.stringMatching(/acme\/platform$/),
            to: world.digest("acme/platform", 1),
          }),
          expect.objectContaining({ repository: expect.stringMatching(/platform-tenant$/) }),
        ],
      },
    });
  });

  test("takes two commits or none", async () => {
    expect((await world.lateen(["history", old])).code).toBe(2);
    expect((await world.lateen(["history", "--limit", "0"])).code).toBe(2);
  });
});

test("every document is complete by itself: when, who, with which version of what", async () => {
  const { startedAt, finishedAt, actor, lateen, config } = (await world.lateen(["status", "--json"])).json();
  expect({ startedAt, finishedAt, actor, lateen, config }).toEqual({
    startedAt: expect.stringMatching(/^2\d{3}-.*Z$/),
    finishedAt: expect.stringMatching(/^2\d{3}-.*Z$/),
    actor: expect.stringMatching(/./),
    lateen: { version: expect.stringMatching(/^\d+\.\d+\.\d+/) },
    config: expect.objectContaining({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }),
  });
  const failed = await world.lateen(["rollout", "--json", "--sha", "zzz"]);
  expect(failed.json()).toMatchObject({ code: expect.any(String), startedAt: expect.any(String), lateen: {} });
});
