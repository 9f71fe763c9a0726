import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Ran } from "./run-lateen.ts";
import { images, startWorld, type World } from "./world.ts";

// Several targets that go back together, or forward.

let world: World;
let [oldest, old, sha]: [string, string, string] = ["", "", ""];
beforeEach(async () => {
  world = await startWorld({ size: 3, commits: 3 });
  [oldest = "", old = "", sha = ""] = world.commits;
  world.configure(withTargets);
});
afterEach(() => world.close());

const reason = "checkout fails for everybody's cart";
const withTargets = (text: string): string =>
  text.replace("promote: { tags: [latest]", "promote: { tags: [latest], targets: { next: { tags: [next] } }");
const tags = (tag: string): (string | undefined)[] => images.map((image) => world.tag(image, tag));
const candidates = (commit: number): string[] => images.map((image) => world.digest(image, commit));
const running = (): string[] => [...new Set(world.tenants.slugs().map((slug) => world.tenants.get(slug).sha))];
const entries = async (target: "latest" | "next"): Promise<number> =>
  Number(await world.repository.git("rev-list", "--count", `refs/lateen/${target}`));
const rollback = (...argv: string[]): Promise<Ran> => world.lateen(["rollback", "--reason", reason, "--json", ...argv]);

/** Promotes `commits` one after the other; the fleet is on the last. */
async function promoteAll(commits: readonly string[] = [old, sha]): Promise<void> {
  for (const commit of commits) {
    const ran = await world.lateen(["promote", "--sha", commit, "--json"]);
    expect(ran.code, ran.stderr).toBe(0);
  }
  for (const slug of world.tenants.slugs()) world.tenants.set(slug, { sha });
}

describe("a rollback of several targets", () => {
  test("takes all of them back, with one move of the fleet and an entry each; dry, it writes nothing", async () => {
    await promoteAll([oldest, old, sha]);
    const before = world.registry.requests.length;
    const dry = await rollback("--dry-run");
    expect([dry.code, dry.json().outcome, dry.json()["commit"]], dry.stderr).toEqual([0, "planned", old]);
    expect(dry.json()["targets"]).toMatchObject([
      { name: "default", state: "planned", committed: false },
      { name: "next", state: "planned", committed: false },
    ]);
    const written = world.registry.requests.slice(before).filter(({ method }) => !["GET", "HEAD"].includes(method));
    expect([written, world.plane.moves(), await entries("latest"), await entries("next")]).toEqual([[], [], 3, 3]);
    expect([running(), tags("latest"), tags("next")]).toEqual([[sha], candidates(2), candidates(2)]);

    const ran = await rollback();
    expect([ran.code, ran.json().outcome], ran.stderr).toEqual([0, "shipped"]);
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
    expect([running(), tags("latest"), tags("next")]).toEqual([[old], candidates(1), candidates(1)]);
    const posted = world.plane.moves().flat();
    expect(posted.toSorted()).toEqual([...world.tenants.slugs()].toSorted());

    expect((await rollback()).json()["commit"]).toBe(oldest);
  });

  test("is refused where they disagree on the release before, with all of them listed, until one is named", async () => {
    world.configure();
    await promoteAll([oldest, old]);
    world.configure(withTargets);
    await promoteAll([sha]);
    const ran = await rollback();
    expect([ran.code, ran.json().outcome], ran.stderr).toEqual([3, "refused"]);
    expect(ran.json().reason).toMatch(/next: the ledger has no earlier release/);
    expect(running()).toEqual([sha]);
    const only = await rollback("--target", "default", "--dry-run");
    expect([only.json().outcome, only.json()["commit"]], only.stderr).toEqual(["planned", old]);
    const named = await rollback("--to", oldest);
    expect([named.code, named.json().outcome], named.stderr).toEqual([0, "shipped"]);
    expect([running(), tags("latest"), tags("next")]).toEqual([[oldest], candidates(0), candidates(0)]);
  });

  test("restricted to one leaves the other where it is", async () => {
    await promoteAll();
    const ran = await rollback("--target", "next");
    expect([ran.code, ran.json().outcome], ran.stderr).toEqual([0, "shipped"]);
    expect(ran.json()["targets"]).toMatchObject([{ name: "next" }]);
    expect([running(), tags("latest"), tags("next")]).toEqual([[old], candidates(2), candidates(1)]);
    // The other one follows: that is what is left of going back, and not another release.
    const followed = await rollback();
    expect(followed.json(), followed.stderr).toMatchObject({
      commit: old,
      targets: [
        { name: "default", state: "shipped" },
        { name: "next", state: "unchanged" },
      ],
    });
    expect(tags("latest")).toEqual(candidates(1));
  });

  test("moves nobody where one of them could not be written", async () => {
    await promoteAll();
    const moves = world.plane.moves().length;
    world.registry.misbehave({
      when: ({ path }) => path.endsWith(`/manifests/${world.digest(images[1], 1)}`),
      fault: { kind: "answer", status: 404, body: '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}' },
    });
    const ran = await rollback();
    expect([ran.code, ran.json().outcome], ran.stderr).toEqual([3, "refused"]);
    expect([world.plane.moves().length, running(), await entries("latest")]).toEqual([moves, [sha], 2]);
  });

  test.each(["latest", "next"] as const)(
    "is partial where the registry of %s dies behind the fleet, and is completed",
    async (dead) => {
      await promoteAll();
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
      expect([ran.code, ran.json().outcome], ran.stderr).toEqual([6, "partial"]);
      const names =
        dead === "latest" ? ["next is committed", "default is not"] : ["default is committed", "next is not"];
      for (const name of names) expect(ran.json().reason).toContain(name);
      expect(ran.stderr).not.toContain("lateen reconcile");
      expect([running(), tags(dead), tags(other)]).toEqual([[old], candidates(2), candidates(1)]);
      back();
      const completed = await rollback();
      expect([completed.code, completed.json().outcome, completed.json()["commit"]], completed.stderr).toEqual([
        0,
        "shipped",
        old,
      ]);
      expect([tags("latest"), tags("next"), await entries("latest"), await entries("next")]).toEqual([
        candidates(1),
        candidates(1),
        3,
        3,
      ]);
    },
  );

  test("moves nothing where the control plane says nothing of use, and is completed when it does", async () => {
    await promoteAll();
    world.plane.meetPlan({ kind: "status", status: 400 });
    const unknown = await world.lateen(["rollback", "--reason", reason, "--json"]);
    expect([unknown.code, unknown.json().outcome], unknown.stderr).toEqual([4, "unknown"]);
    expect([running(), world.plane.moves(), await entries("latest")]).toEqual([[sha], [], 2]);
    expect((await rollback()).json()["commit"]).toBe(old);
    expect([running(), tags("next")]).toEqual([[old], candidates(1)]);
  });

  test("goes back over a release that came to one target while the fleet moved, and looks at the fleet again", async () => {
    await promoteAll();
    const newer = await world.release();
    world.folder.write(
      "other.yaml",
      world.folder.read("lateen.yaml").replace("promote: { tags: [latest], targets:", "promote: { targets:"),
    );
    world.configure((text) => withTargets(text).replace("soak: 30ms", "soak: 2s"));
    let racing: Promise<Ran> | undefined;
    const ran = await world.lateen(["rollback", "--reason", reason, "--json"], {
      onProgress(line) {
        if (line.includes("soaks until"))
          racing ??= world.lateen(["promote", "--config", "other.yaml", "--sha", newer, "--json"]);
      },
    });
    expect((await racing)?.json().outcome).toBe("shipped");
    expect([ran.code, ran.json().outcome], ran.stderr).toEqual([0, "shipped"]);
    expect(ran.stderr.split("the fleet to").length - 1).toBe(2);
    expect([tags("latest"), tags("next"), await entries("next")]).toEqual([candidates(1), candidates(1), 4]);
    expect(await world.repository.git("log", "-1", "--format=%B", "refs/lateen/next")).toContain(newer);
  });

  test("leaves the other targets to a release that overtook the first, and says so aloud", async () => {
    await promoteAll();
    const refs = ["refs/lateen/latest", "refs/lateen/next"] as const;
    const read = async (): Promise<readonly string[]> =>
      Promise.all(refs.map(async (ref) => (await world.repository.git("rev-parse", ref)).trim()));
    const before = await read();
    const newer = await world.release();
    expect((await world.lateen(["promote", "--sha", newer])).code).toBe(0);
    const overtaking = await read();
    const set = (heads: readonly string[]): void =>
      refs.forEach((ref, at) => execFileSync("git", ["-C", world.repository.path, "update-ref", ref, heads[at] ?? ""]));
    set(before);
    for (const image of images)
      for (const tag of ["latest", "next"]) world.registry.store.setTag(image, tag, world.digest(image, 2));
    let raced = false;
    const ran = await world.lateen(["rollback", "--reason", reason, "--json"], {
      onProgress(line) {
        if (raced || !line.includes("promotion: next")) return;
        raced = true;
        set(overtaking);
      },
    });
    expect([ran.code, ran.json().outcome], ran.stderr).toEqual([6, "partial"]);
    expect(ran.json().reason).toMatch(new RegExp(`next is not \\(superseded: ${newer} came to default`));
    expect(await read()).toEqual(overtaking);
  });

  test("twice at once on two machines goes back once", async () => {
    await promoteAll();
    world.folder.write(
      "other.yaml",
      world.folder.read("lateen.yaml").replace("soak: 30ms", "soak: 30ms\n  journal: other/"),
    );
    const both = await Promise.all([rollback(), rollback("--config", "other.yaml")]);
    for (const ran of both) expect([ran.code, ran.json()["commit"]], ran.stderr).toEqual([0, old]);
    expect([running(), tags("latest"), tags("next")]).toEqual([[old], candidates(1), candidates(1)]);
    expect([await entries("latest"), await entries("next")]).toEqual([3, 3]);
  });
});

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
    expect([ran.code, ran.json().outcome], ran.stderr).toEqual([6, "partial"]);
    expect(ran.json()).toMatchObject({
      reason: expect.stringMatching(/^default is committed, but next is not \(held: /),
      ledger: { position: 1 },
      targets: [
        { name: "default", state: "shipped", committed: true, ledger: { position: 1 } },
        { name: "next", state: "held", committed: false },
      ],
    });
    expect(ran.stderr).toContain(`lateen promote --sha ${sha}`);
    expect([tags("latest"), tags("next")]).toEqual([candidates(2), [undefined, undefined]]);
    const held = await world.lateen(["promote", "--sha", sha, "--json"]);
    expect([held.code, held.json().outcome]).toEqual([0, "held"]);
    world.forge.setVariable("DEPLOY_DISABLED", "false");
    const again = await world.lateen(["promote", "--sha", sha, "--json"]);
    expect(again.json(), again.stderr).toMatchObject({
      outcome: "shipped",
      targets: [
        { name: "default", state: "unchanged" },
        { name: "next", state: "shipped" },
      ],
    });
    expect(tags("next")).toEqual(candidates(2));
  });

  test("by a newer release is partial too, and names it", async () => {
    world.configure((text) => `${withTargets(text)}supersession: {}\n`);
    let newer: Promise<string> | undefined;
    between(() => void (newer ??= world.release()));
    const ran = await world.lateen(["promote", "--sha", sha, "--json"]);
    expect([ran.code, ran.json().outcome], ran.stderr).toEqual([6, "partial"]);
    expect(ran.json()).toMatchObject({
      supersededBy: await newer,
      targets: [
        { name: "default", committed: true },
        { name: "next", state: "superseded", committed: false },
      ],
    });
  });
});
