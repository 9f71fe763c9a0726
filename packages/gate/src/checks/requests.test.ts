import { afterAll, expect, test } from "vitest";
import { findNearest } from "../absence/find-nearest.ts";
import { closeForgeWorlds, type ForgeName, type ForgeWorld, startForgeWorld } from "../testing/forge-worlds.ts";

afterAll(closeForgeWorlds);

const contexts = Array.from({ length: 40 }, (_, index) => `CI / job ${index} (push)`);

/** Requests that something makes. */
async function counted(world: ForgeWorld, act: () => Promise<{ readonly kind: string }>): Promise<number> {
  const before = world.fake.requests.length;
  expect(await act()).toMatchObject({ kind: "go" });
  return world.fake.requests.length - before;
}

test.each<[ForgeName, rows: number, most: number]>([
  ["GitHub", 280, 8],
  ["Gitea 1.26.4", 120, 11],
])(
  "a verdict on %s over 40 contexts with %i rows and a kill switch takes %i requests at most",
  async (name, rows, most) => {
    const world = await startForgeWorld(name);
    const sha = world.push({ files: { "server/a.ts": "1" } });
    for (let row = 0; row < rows; row++) {
      const state = row < rows - contexts.length ? "pending" : "success";
      world.fake.setStatus({ sha, context: contexts[row % contexts.length] ?? "", state });
    }
    world.run(sha, "success");
    const gate = () => world.gate(sha, { checks: contexts, killSwitch: { variable: "STOP" } });
    expect(await counted(world, gate)).toBeLessThanOrEqual(most);
  },
);

test.each<ForgeName>(["GitHub", "Gitea 1.26.4", "Gitea 1.27.3"])(
  "the walk to the ancestor that was tested takes 3 requests more at most, on %s",
  async (name) => {
    const world = await startForgeWorld(name);
    const tested = world.push({ files: { "server/a.ts": "1" } });
    world.run(tested, "success");
    for (const text of ["1", "2", "3"]) world.push({ files: { "docs/a.md": text } });
    const sha = world.push({ files: { "docs/a.md": "4" } });
    await world.gate(sha, { workflows: [{ file: "e2e.yml", whenAbsent: "proceed" }] });
    const before = world.fake.requests.length;
    const nearest = await findNearest({ commit: sha, branch: "main", file: "e2e.yml", event: "push" }, world.ports);
    expect(nearest).toMatchObject({ kind: "found", value: { kind: "run", sha: tested } });
    expect(await world.ports.changes.difference(tested, sha)).toMatchObject({ value: { files: ["docs/a.md"] } });
    expect(world.fake.requests.length - before).toBeLessThanOrEqual(3);
  },
);

test.each<[ForgeName, status: string, more: object, ran: boolean]>([
  ["Gitea 1.26.4", "success", {}, false],
  ["Gitea 1.26.4", "failure", { conclusion: "success" }, true],
])(
  "on %s the jobs of a run are read if its newest rows contradict it, and not for old ones: %s",
  async (name, state, more, ran) => {
    const world = await startForgeWorld(name);
    const sha = world.push({ files: { "docs/a.md": "1" } });
    world.fake.setStatus({ sha, context: "CI / all (push)", state: "pending" });
    world.fake.setStatus({ sha, context: "CI / all (push)", state });
    if (ran)
      world.fake.setRun({ sha, file: "ci.yml", name: "CI", status: "completed", conclusion: "success", ...more });
    await world.gate(sha, { checks: ["CI / all (push)"], workflows: [] });
    expect(world.fake.requests.some(({ path }) => path.includes("/jobs?"))).toBe(ran);
  },
);
