import { afterEach, describe, expect, test } from "vitest";
import { startWorld, images, type World } from "./world.ts";

let world: World;
afterEach(() => world.close());

const latest = (): (string | undefined)[] => images.map((image) => world.tag(image, "latest"));
const candidates = (commit: number): string[] => images.map((image) => world.digest(image, commit));

describe("ship", () => {
  test("takes a green commit to every tenant and every tag", async () => {
    world = await startWorld();
    const [, sha = ""] = world.commits;
    const { code, stdout, stderr } = await world.lateen([
      "ship",
      "--sha",
      sha.slice(0, 7),
      "--json",
      "--result-file",
      "result.json",
    ]);
    expect(stderr).toContain("canary: 1 tenant");
    expect(code, stdout + stderr).toBe(0);
    const document = JSON.parse(stdout) as Record<string, unknown>;
    expect(document).toMatchObject({
      schemaVersion: 1,
      command: "ship",
      outcome: "shipped",
      commit: sha,
      gate: { verdict: "open", checks: [{ name: "CI / all-required (push)", state: "success" }] },
      fleet: { enumerated: 6, verified: 6, ahead: 0, stragglers: [], quarantined: [], unknown: [] },
      ledger: { position: 1 },
      images: images.map((image, index) => ({
        repository: `${world.registry.host}/${image}`,
        candidate: `staging-${sha.slice(0, 7)}`,
        digest: candidates(1)[index],
        tags: [{ tag: "latest", before: candidates(0)[index], after: candidates(1)[index], action: "moved" }],
      })),
    });
    expect(JSON.parse(world.folder.read("result.json"))).toEqual(document);
    expect(latest()).toEqual(candidates(1));
    expect(world.tenants.slugs().map((slug) => world.tenants.get(slug).sha)).toEqual(Array(6).fill(sha));
    expect(await world.ledger()).toContain("octavia");
    const again = await world.lateen(["ship", "--sha", sha, "--json"]);
    expect({ code: again.code, outcome: again.json().outcome }, again.stderr).toEqual({
      code: 0,
      outcome: "unchanged",
    });
  });
});

describe("the starvation guard", () => {
  test("lets the third of several releases finish that would give way one after the other", async () => {
    world = await startWorld({ commits: 5 });
    const [, first = "", second = "", third = ""] = world.commits;
    const ship = async (sha: string): Promise<string> =>
      (await world.lateen(["ship", "--sha", sha, "--json"])).json().outcome;
    expect([await ship(first), await ship(first), await ship(first), await ship(second)]).toEqual(
      Array(4).fill("superseded"),
    );
    const ran = await world.lateen(["ship", "--sha", third, "--json"]);
    expect({ code: ran.code, outcome: ran.json().outcome }, ran.stderr).toEqual({ code: 0, outcome: "shipped" });
    expect(ran.stderr).toContain("2 releases gave way in a row");
    expect(latest()).toEqual(candidates(3));
    expect(await ship(second)).toBe("superseded");
  });
});
