import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { reason, startTargetsWorld, type Tag, type TargetsWorld } from "./targets-world.ts";
import { images } from "./world.ts";

// Several targets that go back together, or forward.

let world: TargetsWorld;
let [oldest, old, sha]: [string, string, string] = ["", "", ""];
beforeEach(async () => {
  world = await startTargetsWorld();
  [oldest = "", old = "", sha = ""] = world.commits;
});
afterEach(() => world.close());

/** Has a release by somebody else ready; it comes to the ledgers of `targets` when the answer is called, at that very instant. */
async function overtake(commit: string, targets: readonly Tag[]): Promise<() => void> {
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-C", world.repository.path, ...args], { encoding: "utf8" }).trim();
  const heads = (): string[] => targets.map((tag) => git("rev-parse", `refs/lateen/${tag}`));
  const before = heads();
  await world.append(targets, [commit]);
  const after = heads();
  const set = (to: readonly string[]): void =>
    targets.forEach((tag, at) => git("update-ref", `refs/lateen/${tag}`, to[at] ?? ""));
  set(before);
  return () => set(after);
}

describe("a rollback of several targets", () => {
  test("takes no target that is not there, and says which was meant", async () => {
    const ran = await world.lateen(["rollback", "--target", "nxt", "--reason", "x"]);
    expect({ code: ran.code, stderr: ran.stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"nxt"; did you mean "next"?'),
    });
  });

  test("takes all of them back, with one move of the fleet and an entry each; dry, it writes nothing", async () => {
    await world.shipped([oldest, old, sha]);
    const before = world.registry.requests.length;
    const dry = await world.rollback("--dry-run");
    expect({ code: dry.code, outcome: dry.json().outcome, commit: dry.json()["commit"] }, dry.stderr).toEqual({
      code: 0,
      outcome: "planned",
      commit: old,
    });
    expect(dry.json()["targets"]).toMatchObject([
      { name: "default", state: "planned", committed: false },
      { name: "next", state: "planned", committed: false },
    ]);
    const written = world.registry.requests.slice(before).filter(({ method }) => !["GET", "HEAD"].includes(method));
    expect({
      written,
      moves: world.plane.moves(),
      entriesLatest: await world.entries("latest"),
      entriesNext: await world.entries("next"),
    }).toEqual({ written: [], moves: [], entriesLatest: 3, entriesNext: 3 });
    expect({ running: world.running(), tagsLatest: world.tags("latest"), tagsNext: world.tags("next") }).toEqual({
      running: [sha],
      tagsLatest: world.candidates(2),
      tagsNext: world.candidates(2),
    });

    const ran = await world.rollback();
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 0, outcome: "shipped" });
    expect(ran.json()).toMatchObject({
      commit: old,
      ledger: { position: 4 },
      fleet: { verified: 3 },
      targets: [
        { name: "default", state: "shipped", committed: true, tags: ["latest"], ledger: { position: 4 } },
        { name: "next", state: "shipped", committed: true, tags: ["next"], ledger: { position: 4 } },
      ],
      images: images.map(() => ({
        tags: [
          { tag: "latest", action: "moved" },
          { tag: "next", action: "moved" },
        ],
      })),
    });
    expect({ running: world.running(), tagsLatest: world.tags("latest"), tagsNext: world.tags("next") }).toEqual({
      running: [old],
      tagsLatest: world.candidates(1),
      tagsNext: world.candidates(1),
    });
    const posted = world.plane.moves().flat();
    expect(posted.toSorted()).toEqual([...world.tenants.slugs()].toSorted());

    expect((await world.rollback()).json()["commit"]).toBe(oldest);
  });

  test("is refused where they disagree on the release before, with all of them listed, until one is named", async () => {
    await world.shipped([oldest, old, sha], ["latest"]);
    await world.shipped([sha], ["next"]);
    const ran = await world.rollback();
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 3, outcome: "refused" });
    expect(ran.json().reason).toMatch(/next: the ledger has no earlier release/);
    expect(world.running()).toEqual([sha]);
    const only = await world.rollback("--target", "default", "--dry-run");
    expect({ outcome: only.json().outcome, commit: only.json()["commit"] }, only.stderr).toEqual({
      outcome: "planned",
      commit: old,
    });
    const named = await world.rollback("--to", oldest);
    expect({ code: named.code, outcome: named.json().outcome }, named.stderr).toEqual({ code: 0, outcome: "shipped" });
    expect({ running: world.running(), tagsLatest: world.tags("latest"), tagsNext: world.tags("next") }).toEqual({
      running: [oldest],
      tagsLatest: world.candidates(0),
      tagsNext: world.candidates(0),
    });
  });

  test("restricted to one leaves the other where it is", async () => {
    await world.shipped([old, sha]);
    const ran = await world.rollback("--target", "next");
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 0, outcome: "shipped" });
    expect(ran.json()["targets"]).toMatchObject([{ name: "next" }]);
    expect({ running: world.running(), tagsLatest: world.tags("latest"), tagsNext: world.tags("next") }).toEqual({
      running: [old],
      tagsLatest: world.candidates(2),
      tagsNext: world.candidates(1),
    });
    // The other one follows: that is what is left of going back, and not another release.
    const followed = await world.rollback();
    expect(followed.json(), followed.stderr).toMatchObject({
      commit: old,
      targets: [
        { name: "default", state: "shipped" },
        { name: "next", state: "unchanged" },
      ],
    });
    expect(world.tags("latest")).toEqual(world.candidates(1));
  });

  test("moves no tenant if one of them could not be written", async () => {
    await world.shipped([old, sha]);
    const moves = world.plane.moves().length;
    world.registry.misbehave({
      when: ({ path }) => path.endsWith(`/manifests/${world.digest(images[1], 1)}`),
      fault: { kind: "answer", status: 404, body: '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}' },
    });
    const ran = await world.rollback();
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 3, outcome: "refused" });
    expect({
      movesCount: world.plane.moves().length,
      running: world.running(),
      world: await world.entries("latest"),
    }).toEqual({ movesCount: moves, running: [sha], world: 2 });
  });

  test.each(["latest", "next"] as const)(
    "is partial where the registry of %s dies behind the fleet, and is completed",
    async (dead) => {
      await world.shipped([old, sha]);
      const other = dead === "latest" ? "next" : "latest";
      let isDead = false;
      const back = world.registry.misbehave({
        when: ({ path }) => isDead && path.endsWith(`/manifests/${dead}`),
        fault: { kind: "answer", status: 400 },
      });
      const ran = await world.lateen(["rollback", "--reason", reason, "--json"], {
        onProgress: (line) => void (isDead ||= line.includes("rollout: shipped")),
        haste: 20,
      });
      expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 6, outcome: "partial" });
      const names =
        dead === "latest" ? ["next is committed", "default is not"] : ["default is committed", "next is not"];
      for (const name of names) expect(ran.json().reason).toContain(name);
      expect(ran.stderr).not.toContain("lateen reconcile");
      expect({ running: world.running(), tagsDead: world.tags(dead), tagsOther: world.tags(other) }).toEqual({
        running: [old],
        tagsDead: world.candidates(2),
        tagsOther: world.candidates(1),
      });
      back();
      const completed = await world.rollback();
      expect(
        { code: completed.code, outcome: completed.json().outcome, commit: completed.json()["commit"] },
        completed.stderr,
      ).toEqual({ code: 0, outcome: "shipped", commit: old });
      expect({
        tagsLatest: world.tags("latest"),
        tagsNext: world.tags("next"),
        entriesLatest: await world.entries("latest"),
        entriesNext: await world.entries("next"),
      }).toEqual({ tagsLatest: world.candidates(1), tagsNext: world.candidates(1), entriesLatest: 3, entriesNext: 3 });
    },
  );

  test("moves nothing where the control plane says nothing of use, and is completed when it does", async () => {
    await world.shipped([old, sha]);
    world.plane.meetPlan({ kind: "status", status: 400 });
    const unknown = await world.lateen(["rollback", "--reason", reason, "--json"]);
    expect({ code: unknown.code, outcome: unknown.json().outcome }, unknown.stderr).toEqual({
      code: 4,
      outcome: "unknown",
    });
    expect({ running: world.running(), moves: world.plane.moves(), world: await world.entries("latest") }).toEqual({
      running: [sha],
      moves: [],
      world: 2,
    });
    expect((await world.rollback()).json()["commit"]).toBe(old);
    expect({ running: world.running(), tags: world.tags("next") }).toEqual({
      running: [old],
      tags: world.candidates(1),
    });
  });

  test("goes back over a release that came to one target while the fleet moved, and looks at the fleet again", async () => {
    await world.shipped([old, sha]);
    const newer = await world.release();
    const came = await overtake(newer, ["next"]);
    let raced = false;
    const ran = await world.lateen(["rollback", "--reason", reason, "--json"], {
      onProgress(line) {
        if (raced || !line.includes("soaks until")) return;
        raced = true;
        came();
      },
    });
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 0, outcome: "shipped" });
    expect(ran.stderr.split("the fleet to").length - 1).toBe(2);
    expect({
      tagsLatest: world.tags("latest"),
      tagsNext: world.tags("next"),
      world: await world.entries("next"),
    }).toEqual({ tagsLatest: world.candidates(1), tagsNext: world.candidates(1), world: 4 });
    expect(await world.repository.git("log", "-1", "--format=%B", "refs/lateen/next")).toContain(newer);
  });

  test("leaves the other targets to a release that overtook the first, and says so aloud", async () => {
    await world.shipped([old, sha]);
    const newer = await world.release();
    const came = await overtake(newer, ["latest", "next"]);
    let raced = false;
    const ran = await world.lateen(["rollback", "--reason", reason, "--json"], {
      onProgress(line) {
        if (raced || !line.includes("promotion: next")) return;
        raced = true;
        came();
      },
    });
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 6, outcome: "partial" });
    expect(ran.json().reason).toMatch(new RegExp(`next is not \\(superseded: ${newer} .* default`));
    expect(ran.stderr).not.toMatch(/lateen (rollback|reconcile)/);
    expect({ entriesLatest: await world.entries("latest"), entriesNext: await world.entries("next") }).toEqual({
      entriesLatest: 3,
      entriesNext: 3,
    });
  });

  test("twice at once on two machines goes back once", async () => {
    await world.shipped([old, sha]);
    world.folder.write(
      "other.yaml",
      world.folder.read("lateen.yaml").replace("soak: 30ms", "soak: 30ms\n  journal: other/"),
    );
    const both = await Promise.all([world.rollback(), world.rollback("--config", "other.yaml")]);
    for (const ran of both)
      expect({ code: ran.code, commit: ran.json()["commit"] }, ran.stderr).toEqual({ code: 0, commit: old });
    expect({ running: world.running(), tagsLatest: world.tags("latest"), tagsNext: world.tags("next") }).toEqual({
      running: [old],
      tagsLatest: world.candidates(1),
      tagsNext: world.candidates(1),
    });
    expect({ entriesLatest: await world.entries("latest"), entriesNext: await world.entries("next") }).toEqual({
      entriesLatest: 3,
      entriesNext: 3,
    });
  });
});
