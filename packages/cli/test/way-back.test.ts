import { afterAll, beforeAll, expect, test } from "vitest";
import { images, startWorld, type World } from "./world.ts";

// What a halted release offers as the way back has to be one that can be followed, and that leads to what ran before: not to the
// release before that one, which is where a rollback without a commit goes, and not nowhere, as long as the ledger is empty.

let world: World;
beforeAll(async () => void (world = await startWorld({ size: 3, commits: 2 })));
afterAll(() => world.close());

const running = (): readonly string[] => [...new Set(world.tenants.slugs().map((slug) => world.tenants.get(slug).sha))];

/** Ships a commit that halts at a tenant, follows the way back that is offered, and says what then runs. */
async function halveAndReturn(sha: string): Promise<object> {
  world.plane.treat("t1", "skips");
  const halted = await world.lateen(["ship", "--sha", sha, "--yes", "--json"]);
  world.plane.treat("t1", undefined);
  const { next = [] } = halted.json() as { next?: readonly string[] };
  const { status } = (await world.lateen(["status", "--json"])).json() as {
    status?: { unfinished?: { abandon: string } };
  };
  const line = next.find((one) => one.startsWith("lateen rollback")) ?? "none";
  const words = line.replace("TEXT", "it-broke").split(" ").slice(1);
  const back = await world.lateen([...words, "--yes", "--json"]);
  const after = (await world.lateen(["status", "--json"])).json() as { status?: { drift: string } };
  return {
    halted: halted.code,
    line,
    isSaidByStatus: status?.unfinished?.abandon === line,
    back: back.code,
    running: running(),
    drift: after.status?.drift,
  };
}

test("of a first release, with an empty ledger, is what the fleet ran", async () => {
  const [first = "", second = ""] = world.commits;
  expect(await halveAndReturn(second)).toEqual({
    halted: 5,
    line: `lateen rollback --to ${first} --reason TEXT`,
    isSaidByStatus: true,
    back: 0,
    running: [first],
    drift: "none",
  });
});

test("of a later one is the release before it, and not the one before that", async () => {
  const [, second = ""] = world.commits;
  expect((await world.lateen(["ship", "--sha", second, "--yes"])).code).toBe(0);
  const third = await world.release();
  expect(await halveAndReturn(third)).toEqual({
    halted: 5,
    line: `lateen rollback --to ${second} --reason TEXT`,
    isSaidByStatus: true,
    back: 0,
    running: [second],
    drift: "none",
  });
  expect(images.map((image) => world.tag(image, "latest"))).toEqual(images.map((image) => world.digest(image, 1)));
});
