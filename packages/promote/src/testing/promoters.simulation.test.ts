import { type Clock, type CommitSha, parseImageRef } from "@lateen/kernel";
import { expect, test } from "vitest";
import { promote, reconcile, rollback } from "../index.ts";
import { createPromotionWorld, type PromotionWorld } from "./world.ts";
import { explore, type Exploration } from "./explore.ts";
import { testEntry } from "./test-entry.ts";

// Two registries are enough to be mixed.
const repositories = ["one.example.com/acme/platform", "two.example.com/acme/platform"].map(
  (name) => parseImageRef(name).repository,
);
const settleMs = 60_000;

/** A world at `old`, with an older and a newer candidate built after it. */
function createWorld(clock: Clock): PromotionWorld & Record<"old" | "older" | "newer", CommitSha> {
  const world = createPromotionWorld({ clock, repositories });
  const [old, older, newer] = [world.release("old"), world.release("older"), world.release("newer")];
  world.tagAs(old);
  return { ...world, old, older, newer };
}

function commitNamed(world: PromotionWorld, name: string): CommitSha {
  return (world as ReturnType<typeof createWorld>)[name as "old"];
}

const promoter = (name: string) => (world: PromotionWorld) => (ports: PromotionWorld["ports"]) =>
  promote(world.inputFor(commitNamed(world, name), { settleMs, actor: name }), ports);
const reconciler = () => (ports: PromotionWorld["ports"]) =>
  reconcile({ images: repositories, tags: ["latest"], settleMs }, ports);

/** Tags are what the ledger says, all of them, and the ledger goes forward only. */
async function checkEnd({ world, crashed }: Parameters<Exploration["check"]>[0]): Promise<void> {
  if (crashed.length > 0) await reconcile({ images: repositories, tags: ["latest"], settleMs }, world.ports);
  const { heads } = world.ledger;
  expect(heads.map(({ position }) => position)).toEqual(heads.map((_, at) => at + 1));
  for (const [at, { entry }] of heads.entries()) {
    const next = heads[at + 1]?.entry;
    if (next !== undefined)
      expect(await world.history.compare(entry.commit, next.commit)).toEqual({ kind: "found", value: "ahead" });
  }
  const newest = heads.at(-1)?.entry.commit ?? commitNamed(world, "old");
  expect(world.latest()).toEqual(world.digests(newest));
}

// `LATEEN_SIMULATE=1` also gives every read of a tag a turn of its own: ten times as many states.
const isLong = process.env["LATEEN_SIMULATE"] !== undefined;
const scale = { tagReads: isLong ? "one by one" : "together", maxStates: 2_000_000 } as const;
const timeout = isLong ? 1_800_000 : 180_000;

test(
  "an older and a newer promoter in every order, with a crash of either at every point and a reconcile after it",
  async () => {
    const { ends } = await explore({
      ...scale,
      world: createWorld,
      programs: (world) => [promoter("older")(world), promoter("newer")(world)],
      crashes: isLong ? 2 : 1,
      check: async (end) => {
        await checkEnd(end);
        const newest = end.world.ledger.heads.at(-1)?.entry.commit;
        if (end.crashed.length === 0) expect(newest).toBe(commitNamed(end.world, "newer"));
      },
    });
    expect(ends).toBeGreaterThan(10);
  },
  timeout,
);

test(
  "a reconcile during a promotion, over tags that were left mixed, with a crash of either",
  async () => {
    await explore({
      ...scale,
      world: (clock) => {
        const world = createWorld(clock);
        const images = repositories.map((repository) => ({
          repository,
          digest: world.digestOf(repository, world.older),
          previous: [],
        }));
        void world.ledger.append(null, testEntry("older", { commit: world.older, images }));
        world.tagAs(world.older, repositories.slice(0, 1));
        return world;
      },
      programs: (world) => [promoter("newer")(world), reconciler()],
      crashes: 1,
      check: checkEnd,
    });
  },
  timeout,
);

test(
  "a rollback during a promotion: one line of entries, and the tags follow its end",
  async () => {
    await explore({
      ...scale,
      world: (clock) => {
        const world = createWorld(clock);
        for (const [at, name] of (["old", "older"] as const).entries()) {
          const commit = commitNamed(world, name);
          const images = repositories.map((repository) => ({
            repository,
            digest: world.digestOf(repository, commit),
            previous: [],
          }));
          void world.ledger.append(at === 0 ? null : `entry-${at}`, testEntry(name, { commit, images }));
        }
        world.tagAs(world.older);
        return world;
      },
      programs: (world) => [
        promoter("newer")(world),
        (ports) =>
          rollback(
            {
              images: repositories,
              tags: ["latest"],
              branch: "main",
              actor: "grace",
              reason: "it burns",
              candidateOf: world.candidateOf,
              settleMs,
            },
            ports,
          ),
      ],
      crashes: isLong ? 1 : 0,
      check: async ({ world, crashed }) => {
        if (crashed.length > 0) await reconcile({ images: repositories, tags: ["latest"], settleMs }, world.ports);
        const newest = world.ledger.heads.at(-1)?.entry;
        expect(world.latest()).toEqual(newest?.images.map(({ digest }) => digest));
        expect(world.ledger.heads.map(({ position }) => position)).toEqual(world.ledger.heads.map((_, at) => at + 1));
      },
    });
  },
  timeout,
);
