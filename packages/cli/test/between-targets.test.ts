import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { reason, startTargetsWorld, type TargetsWorld, withTargets } from "./targets-world.ts";

// Events between two targets: the kill switch, a newer release, credentials that end; and the report of them.

let world: TargetsWorld;
let [oldest, old, sha]: [string, string, string] = ["", "", ""];
beforeEach(async () => {
  world = await startTargetsWorld();
  [oldest = "", old = "", sha = ""] = world.commits;
});
afterEach(() => world.close());

/** Turns the registry's credentials away at a tag, from the moment on at which somebody says so. */
function deny(tag: string): { now(): void; end(): void } {
  let isDenied = false;
  const end = world.registry.misbehave({
    when: ({ path }) => isDenied && path.endsWith(`/manifests/${tag}`),
    fault: { kind: "answer", status: 403, body: '{"errors":[{"code":"DENIED"}]}' },
  });
  return { end, now: () => void (isDenied = true) };
}

describe("a promotion of several targets that is stopped between two", () => {
  /** Does something when the first target's tags are written. */
  function between(act: () => void): void {
    world.registry.misbehave({
      when({ method, path }) {
        if (method === "PUT" && path.endsWith("/manifests/latest")) act();
        return false;
      },
      fault: { kind: "answer", status: 500 },
    });
  }

  test("by the kill switch is partial, and promote completes it", async () => {
    between(() => world.forge.setVariable("DEPLOY_DISABLED", "true"));
    world.folder.write("summary.md", "");
    const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: `${world.folder.path}/summary.md` };
    const ran = await world.lateen(["promote", "--sha", sha, "--json"], { env });
    expect(world.folder.read("summary.md")).toMatch(/\| default \| shipped \| 1 \|.*\n\| next \| held \| {2}\| .+ \|/);
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 6, outcome: "partial" });
    expect(ran.json()).toMatchObject({
      reason: expect.stringMatching(/^default is committed, but next is not \(held: /),
      ledger: { position: 1 },
      targets: [
        { name: "default", state: "shipped", committed: true, ledger: { position: 1 } },
        { name: "next", state: "held", committed: false },
      ],
    });
    expect(ran.stderr).toContain(`lateen promote --sha ${sha}`);
    expect({ tagsLatest: world.tags("latest"), tagsNext: world.tags("next") }).toEqual({
      tagsLatest: world.candidates(2),
      tagsNext: [undefined, undefined],
    });
    const held = await world.lateen(["promote", "--sha", sha, "--json"]);
    expect({ code: held.code, outcome: held.json().outcome }).toEqual({ code: 0, outcome: "held" });
    world.forge.setVariable("DEPLOY_DISABLED", "false");
    const again = await world.lateen(["promote", "--sha", sha, "--json"]);
    expect(again.json(), again.stderr).toMatchObject({
      outcome: "shipped",
      targets: [
        { name: "default", state: "unchanged" },
        { name: "next", state: "shipped" },
      ],
    });
    expect(world.tags("next")).toEqual(world.candidates(2));
  });

  test("by a newer release is partial too, and names it", async () => {
    world.configure((text) => `${withTargets(text)}supersession: {}\n`);
    let newer: Promise<string> | undefined;
    between(() => void (newer ??= world.release()));
    const ran = await world.lateen(["promote", "--sha", sha, "--json"]);
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 6, outcome: "partial" });
    expect(ran.json()).toMatchObject({
      supersededBy: await newer,
      targets: [
        { name: "default", committed: true },
        { name: "next", state: "superseded", committed: false },
      ],
    });
    // A resumed run would only be superseded.
    expect(ran.stderr).toMatch(/newer release/);
    expect(ran.stderr).not.toMatch(/lateen (promote|reconcile)/);
  });

  test("by credentials that end is exit 7 with what became of each, and status reports what no target shows by itself", async () => {
    await world.shipped([oldest, old]);
    const denied = deny("next");
    between(() => denied.now());
    const ran = await world.lateen(["promote", "--sha", sha, "--json"]);
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 7, outcome: "error" });
    expect(ran.json()).toMatchObject({
      ledger: { position: 3 },
      targets: [
        { name: "default", state: "shipped", committed: true },
        { name: "next", state: "unknown", committed: false, reason: expect.stringContaining("right") },
      ],
    });
    denied.end();
    for (const slug of world.tenants.slugs()) world.tenants.set(slug, { sha });
    const apart = await world.lateen(["status", "--json", "--fail-on-drift"]);
    expect({ code: apart.code, reason: apart.json().reason }, apart.stderr).toEqual({
      code: 3,
      reason: expect.stringContaining(`default: ${sha.slice(0, 12)}; next: ${old.slice(0, 12)}`),
    });
    expect((await world.lateen(["promote", "--sha", sha, "--json"])).json().outcome).toBe("shipped");
    const together = await world.lateen(["status", "--json", "--fail-on-drift"]);
    expect({ code: together.code, reason: together.json().reason }).toEqual({
      code: 0,
      reason: "ledger, tags and tenants agree",
    });
  });
});

test("credentials that end for one target keep no other from going back", async () => {
  await world.shipped([oldest, old, sha]);
  const denied = [deny("latest"), deny("next")] as const;
  const rollback = (which: readonly { now(): void }[]) =>
    world.lateen(["rollback", "--reason", reason, "--json"], {
      onProgress: (line) => {
        if (line.includes("rollout: ")) for (const one of which) one.now();
      },
    });
  const none = await rollback(denied);
  expect({ code: none.code, outcome: none.json().outcome }, none.stderr).toEqual({ code: 7, outcome: "error" });
  expect(none.json()).toMatchObject({
    fleet: { verified: 3 },
    targets: [
      { name: "default", state: "unknown", committed: false },
      { name: "next", state: "unknown", committed: false },
    ],
  });
  for (const one of denied) one.end();
  const only = deny("latest");
  const one = await rollback([only]);
  expect({ code: one.code, outcome: one.json().outcome }, one.stderr).toEqual({ code: 7, outcome: "error" });
  expect(one.json()).toMatchObject({
    targets: [
      { name: "default", state: "unknown", committed: false },
      { name: "next", state: "shipped", committed: true },
    ],
  });
  expect({ tagsLatest: world.tags("latest"), tagsNext: world.tags("next") }).toEqual({
    tagsLatest: world.candidates(2),
    tagsNext: world.candidates(1),
  });
  only.end();
  expect((await world.rollback()).json()).toMatchObject({ outcome: "shipped", commit: old });
});

test("status says who is ahead of a release that was not promoted yet", async () => {
  await world.shipped([oldest, old]);
  world.tenants.set("canary-a", { sha });
  const ran = await world.lateen(["status", "--json", "--fail-on-drift"]);
  expect({ code: ran.code, reason: ran.json().reason }, ran.stderr).toEqual({
    code: 0,
    reason: expect.stringMatching(/1 of 3 tenants is ahead: /),
  });
});

describe("a rollback that a job runs again", () => {
  const env = { GITHUB_SERVER_URL: "https://git.example.com", GITHUB_REPOSITORY: "acme/core", GITHUB_RUN_ID: "7" };
  const run = (id: string, ...argv: string[]) =>
    world.lateen(["rollback", "--reason", reason, "--json", ...argv], { env: { ...env, GITHUB_RUN_ID: id } });

  test("goes back once; another run goes back one more", async () => {
    await world.shipped([oldest, old, sha]);
    expect((await run("7")).json()).toMatchObject({ outcome: "shipped", commit: old });
    for (const argv of [["--dry-run"], []]) {
      const again = await run("7", ...argv);
      expect({ code: again.code, outcome: again.json().outcome, commit: again.json()["commit"] }, again.stderr).toEqual(
        { code: 0, outcome: argv.length === 0 ? "unchanged" : "planned", commit: old },
      );
      expect(again.stderr).toContain("this run went back to");
    }
    expect({
      entriesLatest: await world.entries("latest"),
      entriesNext: await world.entries("next"),
      running: world.running(),
    }).toEqual({ entriesLatest: 4, entriesNext: 4, running: [old] });
    expect((await run("8")).json()).toMatchObject({ outcome: "shipped", commit: oldest });
    // The first one has had its turn, and what came after it is not its to take back.
    const late = await run("7");
    expect({ code: late.code, outcome: late.json().outcome, running: world.running() }, late.stderr).toEqual({
      code: 3,
      outcome: "refused",
      running: [oldest],
    });
    expect(late.json().reason).toMatch(/start another run, or name the release with --to/);
  });
});
