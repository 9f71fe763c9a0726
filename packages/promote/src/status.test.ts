import { createFakeClock } from "@lateen/kernel/testing";
import { type CommitSha, found, parseDigest, ReleaseError, unknown } from "@lateen/kernel";
import { describe, expect, test } from "vitest";
import { promote, readStatus } from "./index.ts";
import { createPromotionWorld, type PromotionWorld, worldRepositories } from "./testing/world.ts";

const [platform, tenant] = worldRepositories;
const hour = 3_600_000;
const input = { branch: "main", images: worldRepositories, tags: ["latest"] };
const trouble = new ReleaseError({ code: "TROUBLE", category: "unavailable", message: "no answer" });

/** `one` was promoted two hours ago; `two` and `three` wait on trunk since then. */
async function createWorld(): Promise<PromotionWorld & Record<"one" | "two" | "three", CommitSha>> {
  const clock = createFakeClock({ auto: true });
  const world = createPromotionWorld({ clock });
  const one = world.release("one");
  await promote(world.inputFor(one), world.ports);
  const [two, three] = [world.release("two"), world.release("three")];
  await clock.advance(2 * hour);
  return { ...world, one, two, three };
}

function portsOf(world: Awaited<ReturnType<typeof createWorld>>, truncated = false): Parameters<typeof readStatus>[1] {
  const at = (hours: number) => new Date(world.ports.clock.now() - hours * hour).toISOString();
  const commits = [
    { sha: world.three, at: at(0.5) },
    { sha: world.two, at: at(1) },
  ];
  return { ...world.ports, changes: { between: async () => found({ commits, truncated }) } };
}

describe("readStatus", () => {
  test("puts trunk, ledger and tags side by side, with age and distance", async () => {
    const world = await createWorld();
    const { value } = await readStatus(input, portsOf(world));
    expect(value).toMatchObject({
      trunk: found(world.three),
      ledger: { kind: "found", value: { position: 1 } },
      ledgerAgeMs: 2 * hour,
      ancestry: found("ahead"),
      ahead: { commits: 2, atLeast: false, forMs: hour },
      drift: "none",
      reasons: [],
    });
    expect(value?.tags[0]).toMatchObject({
      repository: platform,
      tag: "latest",
      state: "follows",
      revision: found(world.one),
    });
  });

  test("says which of the last releases could be rolled back to: what a registry has deleted is gone, what is silent is unknown", async () => {
    const world = await createWorld();
    await promote(world.inputFor(world.two), world.ports);
    await promote(world.inputFor(world.three), world.ports);
    // A lifecycle rule for untagged manifests has taken one image of the first release.
    world.tags.collect(tenant, world.digestOf(tenant, world.one));
    const silent = world.digestOf(platform, world.two);
    world.tags.fault = ({ name }) => (name === silent ? trouble : undefined);
    const { value } = await readStatus(input, portsOf(world));
    expect(value?.releases.map(({ commit, position, state }) => ({ commit, position, state }))).toEqual([
      { commit: world.three, position: 3, state: "pullable" },
      { commit: world.two, position: 2, state: "unknown" },
      { commit: world.one, position: 1, state: "gone" },
    ]);
    expect(value?.drift).toBe("none");
  });

  test("trunk that is ahead for longer than allowed is drift", async () => {
    const world = await createWorld();
    expect((await readStatus({ ...input, maxAgeMs: hour / 2 }, portsOf(world))).value?.drift).toBe("drift");
    expect((await readStatus({ ...input, maxAgeMs: 2 * hour }, portsOf(world))).value?.drift).toBe("none");
    expect((await readStatus({ ...input, maxAgeMs: 2 * hour }, portsOf(world, true))).value?.drift).toBe("unknown");
  });

  test("a tag that somebody moved is drift, and says what it is", async () => {
    const world = await createWorld();
    world.tags.move(tenant, "latest", world.digestOf(tenant, world.two));
    const { value } = await readStatus(input, portsOf(world));
    expect(value?.drift).toBe("drift");
    expect(value?.tags.map(({ state }) => state)).toEqual(["follows", "differs", "follows"]);
    expect(value?.tags[1]?.revision).toEqual(found(world.two));
  });

  test("what cannot be read is unknown, in its own place", async () => {
    const world = await createWorld();
    world.tags.fault = ({ method, repository }) =>
      method === "resolve" && repository === tenant ? trouble : undefined;
    const { value } = await readStatus(input, portsOf(world));
    expect(value?.drift).toBe("unknown");
    expect(value?.tags.map(({ state }) => state)).toEqual(["follows", "unknown", "follows"]);
    const ledger = { ...world.ledger, read: async () => unknown(trouble) };
    expect((await readStatus(input, { ...portsOf(world), ledger })).value).toMatchObject({
      drift: "unknown",
      ledgerAgeMs: undefined,
    });
  });

  test("an empty ledger says nothing about tags", async () => {
    const world = createPromotionWorld({ clock: createFakeClock() });
    world.tagAs(world.release("one"));
    const { value } = await readStatus(input, world.ports);
    expect(value).toMatchObject({ drift: "none", ledger: { kind: "absent" } });
    expect(value?.tags.map(({ state }) => state)).toEqual(["uncovered", "uncovered", "uncovered"]);
  });

  test("a digest without an image in it is still shown", async () => {
    const world = await createWorld();
    const stranger = parseDigest(`sha256:${"e".repeat(64)}`);
    world.tags.fault = ({ method, repository }) =>
      method === "resolve" && repository === tenant ? { digest: stranger } : undefined;
    const { value } = await readStatus(input, portsOf(world));
    expect(value?.tags[1]).toMatchObject({ state: "differs", revision: { kind: "absent" } });
  });

  test("refused credentials are thrown", async () => {
    const world = await createWorld();
    world.history.fault = new ReleaseError({ code: "FORGE_UNAUTHORIZED", category: "auth", message: "no" });
    await expect(readStatus(input, portsOf(world))).rejects.toMatchObject({ category: "auth" });
  });
});
