import { createFakeClock, testEvidence } from "@lateen/kernel/testing";
import { type CommitSha, go, stop } from "@lateen/kernel";
import { describe, expect, test } from "vitest";
import { prepareRollback, promote, rollback, type RollbackInput } from "./index.ts";
import { createPromotionWorld, type PromotionWorld, worldRepositories } from "./testing/world.ts";
import type { FleetEvidence } from "./ports/ledger-entry.ts";

const fleet: FleetEvidence = {
  verified: true,
  enumerated: 3,
  verifiedTenants: 3,
  ahead: 0,
  tolerated: [],
  at: "2026-01-01T00:00:00.000Z",
};

/** A world in which `one`, `two` and `three` were promoted in turn. */
async function createWorld(): Promise<PromotionWorld & Record<"one" | "two" | "three" | "four", CommitSha>> {
  const world = createPromotionWorld({ clock: createFakeClock({ auto: true }) });
  const [one, two, three] = [world.release("one"), world.release("two"), world.release("three")];
  for (const commit of [one, two, three]) expect((await promote(world.inputFor(commit), world.ports)).kind).toBe("go");
  return { ...world, one, two, three, four: world.release("four") };
}

function inputFor(world: PromotionWorld, changes: Partial<RollbackInput> = {}): RollbackInput {
  return {
    branch: "main",
    images: world.repositories,
    tags: ["latest"],
    actor: "grace",
    reason: "checkout is down",
    candidateOf: world.candidateOf,
    ...changes,
  };
}

describe("rollback", () => {
  test("goes to the previous release, as a new entry with reason, actor and what was left", async () => {
    const world = await createWorld();
    const verdict = await rollback(inputFor(world, { beforeCommit: async () => go(fleet, testEvidence) }), world.ports);
    expect(verdict).toMatchObject({ kind: "go", value: { commit: world.two, changed: true, ledger: { position: 4 } } });
    expect(world.latest()).toEqual(world.digests(world.two));
    expect(world.ledger.heads.at(-1)?.entry).toMatchObject({
      kind: "rollback",
      commit: world.two,
      from: world.three,
      hold: [world.three],
      actor: "grace",
      reason: "checkout is down",
      fleet,
    });
  });

  test("twice goes back twice, not forward again", async () => {
    const world = await createWorld();
    await rollback(inputFor(world), world.ports);
    expect(await rollback(inputFor(world), world.ports)).toMatchObject({ kind: "go", value: { commit: world.one } });
    expect(world.ledger.heads.at(-1)?.entry.hold).toEqual([world.three, world.two]);
    expect(await rollback(inputFor(world), world.ports)).toMatchObject({ kind: "stop", outcome: "refused" });
    expect(world.latest()).toEqual(world.digests(world.one));
  });

  test("what was rolled back from comes back only as a strict descendant, or on purpose", async () => {
    const world = await createWorld();
    await rollback(inputFor(world, { to: world.one }), world.ports);
    for (const held of [world.two, world.three]) {
      const refused = await promote(world.inputFor(held), world.ports);
      const actions = refused.value?.images.flatMap(({ tags }) => tags.map(({ action }) => action));
      expect(new Set(actions)).toEqual(new Set(["refused"]));
      expect(refused).toMatchObject({ kind: "stop", outcome: "refused" });
      expect(refused.kind === "stop" && refused.reason).toMatch(/--override rollback-hold=REASON/);
    }
    expect(world.latest()).toEqual(world.digests(world.one));
    expect(await promote(world.inputFor(world.four), world.ports)).toMatchObject({ kind: "go" });
    expect(world.ledger.heads.at(-1)?.entry.hold).toEqual([]);
  });

  test("an override ends the hold", async () => {
    const world = await createWorld();
    await rollback(inputFor(world), world.ports);
    const overrides = [{ check: "rollback-hold", reason: "it was the network" }];
    expect(await promote(world.inputFor(world.three, { overrides }), world.ports)).toMatchObject({ kind: "go" });
    expect(world.ledger.heads.at(-1)?.entry).toMatchObject({ commit: world.three, overrides, hold: [] });
  });

  test("promoting the release that was rolled back to keeps the hold", async () => {
    const world = await createWorld();
    await rollback(inputFor(world), world.ports);
    expect(await promote(world.inputFor(world.two), world.ports)).toMatchObject({
      kind: "go",
      value: { changed: false },
    });
    expect(await promote(world.inputFor(world.three), world.ports)).toMatchObject({ kind: "stop", outcome: "refused" });
  });

  test("and so does promoting it again after it was built again", async () => {
    const world = await createWorld();
    await rollback(inputFor(world), world.ports);
    world.tags.push(worldRepositories[0], world.candidateOf(world.two), {
      revision: world.two,
      content: "built again",
    });
    const again = await promote(world.inputFor(world.two), world.ports);
    expect(again).toMatchObject({ kind: "go", value: { changed: true, ledger: { appended: true } } });
    expect(world.ledger.heads.at(-1)?.entry.hold).toEqual([world.three]);
  });

  test("rolling back to what was held holds what is left instead", async () => {
    const world = await createWorld();
    await rollback(inputFor(world), world.ports);
    await rollback(inputFor(world, { to: world.three, reason: "it was the network" }), world.ports);
    expect(world.ledger.heads.at(-1)?.entry).toMatchObject({ commit: world.three, from: world.two, hold: [world.two] });
    expect(await promote(world.inputFor(world.four), world.ports)).toMatchObject({ kind: "go" });
  });

  test("digests of the ledger beat tags", async () => {
    const world = await createWorld();
    const expected = world.digests(world.two);
    world.tags.push(worldRepositories[0], world.candidateOf(world.two), {
      revision: world.two,
      content: "built again",
    });
    await rollback(inputFor(world), world.ports);
    expect(world.latest()).toEqual(expected);
  });

  test("a release outside the ledger is found by its tags", async () => {
    const world = createPromotionWorld({ clock: createFakeClock({ auto: true }) });
    const [one, two] = [world.release("one"), world.release("two")];
    world.tagAs(two);
    expect(await rollback(inputFor(world), world.ports)).toMatchObject({ kind: "stop", outcome: "refused" });
    expect(await rollback(inputFor(world, { to: one }), world.ports)).toMatchObject({
      kind: "go",
      value: { commit: one },
    });
    expect(world.ledger.heads[0]?.entry).toMatchObject({ from: two, hold: [two] });
  });

  test("a target that was garbage-collected is refused before the fleet moves", async () => {
    const world = await createWorld();
    for (const repository of worldRepositories) world.tags.collect(repository, world.digestOf(repository, world.two));
    let moved = false;
    const beforeCommit = async () => {
      moved = true;
      return go(fleet, testEvidence);
    };
    const verdict = await rollback(inputFor(world, { beforeCommit }), world.ports);
    expect(verdict).toMatchObject({ kind: "stop", outcome: "refused" });
    expect(moved).toBe(false);
    expect(world.latest()).toEqual(world.digests(world.three));
  });

  test("a fleet that does not follow stops it before the ledger", async () => {
    const world = await createWorld();
    const beforeCommit = async () =>
      stop<FleetEvidence>({ outcome: "halted", code: "CANARY_FAILED", reason: "canary-a is still on three" });
    const verdict = await rollback(inputFor(world, { beforeCommit }), world.ports);
    expect(verdict).toMatchObject({ kind: "stop", outcome: "halted", reason: "canary-a is still on three" });
    expect(world.ledger.heads).toHaveLength(3);
    expect(world.latest()).toEqual(world.digests(world.three));
  });

  test("to the newest release itself is planned again where another came while the fleet was moved", async () => {
    const world = await createWorld();
    let rounds = 0;
    const beforeCommit = async () => {
      if (++rounds === 1) expect((await promote(world.inputFor(world.four), world.ports)).kind).toBe("go");
      return go(fleet, testEvidence);
    };
    const verdict = await rollback(inputFor(world, { to: world.three, beforeCommit }), world.ports);
    expect({ kind: verdict.kind, rounds }).toEqual({ kind: "go", rounds: 2 });
    expect(world.ledger.heads.at(-1)?.entry).toMatchObject({
      kind: "rollback",
      commit: world.three,
      hold: [world.four],
    });
    expect(world.latest()).toEqual(world.digests(world.three));
  });

  test("that was cut short behind the ledger is completed before anything goes further back", async () => {
    const world = await createWorld();
    await rollback(inputFor(world), world.ports);
    world.tagAs(world.three, [worldRepositories[1]]);
    const completed = await rollback(inputFor(world), world.ports);
    expect(completed).toMatchObject({ kind: "go", value: { commit: world.two, changed: true } });
    expect(world.latest()).toEqual(world.digests(world.two));
    expect(world.ledger.heads).toHaveLength(4);
    expect(await rollback(inputFor(world), world.ports)).toMatchObject({ kind: "go", value: { commit: world.one } });
  });

  test("is prepared with content copied to where it lacks, and no tag moved", async () => {
    const world = await createWorld();
    const [, source, mirror] = worldRepositories;
    world.tags.collect(mirror, world.digestOf(mirror, world.two));
    const prepared = await prepareRollback(inputFor(world), world.ports);
    expect(prepared).toMatchObject({ kind: "go", value: { commit: world.two, plannedOver: expect.any(String) } });
    expect(world.events).toContainEqual(
      expect.objectContaining({ type: "content-copied", source, repository: mirror }),
    );
    expect(world.latest()).toEqual(world.digests(world.three));
    expect(world.ledger.heads).toHaveLength(3);
  });

  test("a blank reason is an input error", async () => {
    const world = await createWorld();
    await expect(rollback(inputFor(world, { reason: " " }), world.ports)).rejects.toMatchObject({
      code: "REASON_MISSING",
      category: "input",
    });
  });
});
