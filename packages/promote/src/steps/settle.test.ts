import { createFakeClock } from "@lateen/kernel/testing";
import { type CommitSha, parseDigest, ReleaseError } from "@lateen/kernel";
import { describe, expect, test } from "vitest";
import { promote, reconcile } from "../index.ts";
import { createPromotionWorld, type PromotionWorld, worldRepositories } from "../testing/world.ts";
import type { TagCall, TagFault } from "../testing/memory-tags.ts";
import { testEntry } from "../testing/test-entry.ts";

type FakeClock = ReturnType<typeof createFakeClock>;

const [platform, tenant, mirror] = worldRepositories;
const stranger = parseDigest(`sha256:${"e".repeat(64)}`);
const trouble = new ReleaseError({ code: "TROUBLE", category: "unavailable", message: "the server is on fire" });

function createWorld(): PromotionWorld & Record<"old" | "mine" | "newer", CommitSha> & { clock: FakeClock } {
  const clock = createFakeClock({ auto: true });
  const world = createPromotionWorld({ clock });
  const [old, mine, newer] = [world.release("old"), world.release("mine"), world.release("newer")];
  world.tagAs(old);
  return { ...world, old, mine, newer, clock };
}

/** Faults only from the first write of a tag on, which is after the commit point. */
function afterCommit(world: PromotionWorld, fault: (call: TagCall) => TagFault | undefined): void {
  world.tags.fault = (call) => (world.ledger.heads.length > 0 ? fault(call) : undefined);
}

describe("after the commit point", () => {
  test("a registry that serves the old digest for minutes is waited for", async () => {
    const world = createWorld();
    const start = world.clock.now();
    const lagging = world.digestOf(mirror, world.old);
    afterCommit(world, ({ method, repository }) => {
      return method === "resolve" && repository === mirror && world.clock.now() - start < 200_000
        ? { digest: lagging }
        : undefined;
    });
    expect(await promote(world.inputFor(world.mine), world.ports)).toMatchObject({
      kind: "go",
      value: { changed: true },
    });
    expect(world.clock.now() - start).toBeGreaterThan(199_000);
    expect(world.events).toContainEqual(expect.objectContaining({ type: "tag-settled", repository: mirror }));
  });

  test("a registry that serves the tag as absent for longer than that is partial, and pending", async () => {
    const world = createWorld();
    afterCommit(world, ({ method, repository }) =>
      method === "resolve" && repository === mirror ? "absent" : undefined,
    );
    const verdict = await promote(world.inputFor(world.mine), world.ports);
    expect(verdict).toMatchObject({
      kind: "stop",
      outcome: "partial",
      value: { ledger: { position: 1, appended: true } },
    });
    expect(verdict.kind === "stop" && verdict.reason).toMatch(/names nothing instead of .*; run lateen reconcile$/);
    expect(verdict.value?.images.map(({ tags }) => tags[0]?.action)).toEqual(["moved", "moved", "pending"]);
  });

  test("a tag that somebody else moves is partial, and foreign; it is not fought over", async () => {
    const world = createWorld();
    afterCommit(world, ({ method, repository }) => {
      return method === "resolve" && repository === tenant ? { digest: stranger } : undefined;
    });
    const verdict = await promote(world.inputFor(world.mine), world.ports);
    expect(verdict).toMatchObject({ kind: "stop", outcome: "partial" });
    expect(verdict.kind === "stop" && verdict.reason).toMatch(/another writer moved it.*run lateen reconcile$/);
    expect(verdict.value?.images[1]?.tags[0]).toMatchObject({ action: "foreign", after: stranger });
    expect(world.tags.writes.filter(({ repository }) => repository === tenant)).toHaveLength(1);
  });

  test("a digest of an earlier entry is no stranger, and is overwritten", async () => {
    const world = createWorld();
    const ancient = testEntry("ancient", {
      commit: world.old,
      images: [{ repository: platform, digest: stranger, previous: [] }],
    });
    await world.ledger.append(null, ancient);
    await world.ledger.append("entry-1", testEntry("old", { commit: world.old }));
    let looks = 0;
    world.tags.fault = ({ method, repository }) => {
      const slow = method === "resolve" && repository === platform && world.ledger.heads.length > 2 && looks++ < 4;
      return slow ? { digest: stranger } : undefined;
    };
    expect(await promote(world.inputFor(world.mine), world.ports)).toMatchObject({ kind: "go" });
  });

  test.each([
    ["was applied although no answer came", true],
    ["never arrived", false],
  ])("a write that %s ends right", async (_, applies) => {
    const world = createWorld();
    let first = true;
    afterCommit(world, ({ method, repository }) => {
      if (method !== "put" || repository !== platform || !first) return undefined;
      first = false;
      return { applies, receipt: { outcome: "unknown", cause: trouble } };
    });
    expect(await promote(world.inputFor(world.mine), world.ports)).toMatchObject({
      kind: "go",
      value: { changed: true },
    });
    expect(world.tags.writes.filter(({ repository }) => repository === platform)).toHaveLength(1);
  });

  test("[registry-down] a write that the registry refuses for good ends soon, and the other tags are moved", async () => {
    const world = createWorld();
    const start = world.clock.now();
    const denied = new ReleaseError({ code: "DENIED", category: "auth", message: "no longer allowed" });
    afterCommit(world, ({ method, repository }) => (method === "put" && repository === mirror ? denied : undefined));
    const verdict = await promote(world.inputFor(world.mine), world.ports);
    expect(verdict).toMatchObject({ kind: "stop", outcome: "partial" });
    expect(verdict.kind === "stop" && verdict.reason).toContain("no longer allowed");
    expect(verdict.value?.images.map(({ tags }) => tags[0]?.action)).toEqual(["moved", "moved", "pending"]);
    expect(world.clock.now() - start).toBeLessThan(30_000);
  });

  test("[signal-in-settle] an interruption ends the waiting, not the writing", async () => {
    const world = createWorld();
    const controller = new AbortController();
    afterCommit(world, ({ method }) => {
      if (method === "put") controller.abort();
      return method === "resolve" ? "absent" : undefined;
    });
    const verdict = await promote(world.inputFor(world.mine), world.ports, controller.signal);
    expect(verdict).toMatchObject({ kind: "stop", outcome: "partial" });
    expect(verdict.kind === "stop" && verdict.reason).toMatch(/it was interrupted/);
    expect(world.latest()).toEqual(world.digests(world.mine));
  });

  test("a newer entry that comes in between is applied, and named", async () => {
    const world = createWorld();
    let reads = 0;
    const ledger = {
      ...world.ledger,
      read: async () => {
        if (++reads === 2) await promote(world.inputFor(world.newer), world.ports);
        return world.ledger.read();
      },
    };
    const verdict = await promote(world.inputFor(world.mine), { ...world.ports, ledger });
    expect(verdict).toMatchObject({
      kind: "stop",
      outcome: "superseded",
      value: { commit: world.newer, supersededBy: world.newer },
    });
    expect(world.latest()).toEqual(world.digests(world.newer));
  });

  test("a ledger that was rewound afterwards makes it partial, and is not followed", async () => {
    const world = createWorld();
    await promote(world.inputFor(world.old), world.ports);
    const first = world.ledger.heads[0]!;
    const ledger = {
      ...world.ledger,
      read: async () =>
        world.ledger.heads.length > 1 ? ({ kind: "found", value: first } as const) : world.ledger.read(),
    };
    const verdict = await promote(world.inputFor(world.mine), { ...world.ports, ledger });
    expect(verdict).toMatchObject({ kind: "stop", outcome: "partial", value: { commit: world.mine } });
    expect(verdict.kind === "stop" && verdict.reason).toMatch(/rewound or removed/);
    expect(world.latest()).toEqual(world.digests(world.mine));
  });

  test.each(["unreadable", "removed"])("a ledger that is %s afterwards makes it partial", async (how) => {
    const world = createWorld();
    let appended = false;
    const ledger = {
      ...world.ledger,
      append: async (...args: Parameters<typeof world.ledger.append>) => {
        appended = true;
        return world.ledger.append(...args);
      },
      read: async () => {
        if (!appended) return world.ledger.read();
        return how === "removed"
          ? ({ kind: "absent", proof: "no such ref" } as const)
          : ({ kind: "unknown", cause: trouble } as const);
      },
    };
    const verdict = await promote(world.inputFor(world.mine), { ...world.ports, ledger });
    expect(verdict).toMatchObject({ kind: "stop", outcome: "partial" });
    expect(world.latest()).toEqual(world.digests(world.mine));
  });
});

describe("at the commit point", () => {
  test("another entry that comes first makes it plan again", async () => {
    const world = createWorld();
    let raced = false;
    const ledger = {
      ...world.ledger,
      append: async (...args: Parameters<typeof world.ledger.append>) => {
        if (!raced) {
          raced = true;
          await promote(world.inputFor(world.mine), world.ports);
        }
        return world.ledger.append(...args);
      },
    };
    const verdict = await promote(world.inputFor(world.newer), { ...world.ports, ledger });
    expect(verdict).toMatchObject({ kind: "go", value: { ledger: { position: 2 } } });
    expect(world.events).toContainEqual({ type: "ledger-lost", attempt: 1, winner: world.mine });
  });

  test("an older commit that loses the race is refused", async () => {
    const world = createWorld();
    let raced = false;
    const ledger = {
      ...world.ledger,
      append: async (...args: Parameters<typeof world.ledger.append>) => {
        if (!raced) {
          raced = true;
          await promote(world.inputFor(world.newer), world.ports);
        }
        return world.ledger.append(...args);
      },
    };
    expect(await promote(world.inputFor(world.mine), { ...world.ports, ledger })).toMatchObject({
      kind: "stop",
      outcome: "refused",
    });
    expect(world.latest()).toEqual(world.digests(world.newer));
  });

  test.each([
    ["took it", true],
    ["did not take it", false],
  ])("a ledger that %s without an answer is asked again", async (_, takes) => {
    const world = createWorld();
    let first = true;
    const ledger = {
      ...world.ledger,
      append: async (...args: Parameters<typeof world.ledger.append>) => {
        if (!first) return world.ledger.append(...args);
        first = false;
        if (takes) await world.ledger.append(...args);
        return { kind: "unknown", cause: trouble } as const;
      },
    };
    const verdict = await promote(world.inputFor(world.mine), { ...world.ports, ledger });
    expect(verdict).toMatchObject({ kind: "go", value: { ledger: { position: 1, appended: true } } });
    expect(world.events.filter(({ type }) => type === "ledger-lost")).toEqual([]);
    expect(world.ledger.heads).toHaveLength(1);
  });

  test("a ledger that calls our own entry another one has taken it", async () => {
    const world = createWorld();
    const ledger = {
      ...world.ledger,
      append: async (...args: Parameters<typeof world.ledger.append>) => {
        const appended = await world.ledger.append(...args);
        return appended.kind === "appended" ? { ...appended, kind: "lost" as const } : appended;
      },
      entries: async () => ({ kind: "unknown", cause: trouble }) as const,
    };
    const verdict = await promote(world.inputFor(world.mine), { ...world.ports, ledger });
    expect(verdict).toMatchObject({ kind: "go", value: { ledger: { appended: true } } });
  });

  test("[ledger-unreadable] a ledger that cannot be read after the append leaves the tags alone", async () => {
    const world = createWorld();
    const silent = async () => ({ kind: "unknown", cause: trouble }) as const;
    const verdict = await promote(world.inputFor(world.mine), {
      ...world.ports,
      ledger: { ...world.ledger, append: silent, entries: silent },
    });
    expect(verdict).toMatchObject({ kind: "stop", outcome: "unknown", value: { changed: false } });
    expect(verdict.kind === "stop" && verdict.reason).toMatch(/run again to finish it/);
    expect(world.tags.writes).toEqual([]);
  });

  test("a ledger that refuses the credentials is an auth error, and the tags are left alone", async () => {
    const world = createWorld();
    const denied = new ReleaseError({ code: "GIT_AUTH", category: "auth", message: "no" });
    const ledger = { ...world.ledger, append: async () => ({ kind: "unknown", cause: denied }) as const };
    await expect(promote(world.inputFor(world.mine), { ...world.ports, ledger })).rejects.toBe(denied);
    expect(world.tags.writes).toEqual([]);
  });

  test("[promotion-cut-off] a promotion that was cut off after it is finished by the next run", async () => {
    const world = createWorld();
    const dead = async () => new Promise<never>(() => undefined);
    void promote(world.inputFor(world.mine), { ...world.ports, tags: { ...world.tags, put: dead } });
    await world.clock.advance(1_000);
    expect({ headsCount: world.ledger.heads.length, latest: world.latest() }).toEqual({
      headsCount: 1,
      latest: world.digests(world.old),
    });
    const verdict = await promote(world.inputFor(world.mine), world.ports);
    expect(verdict).toMatchObject({ kind: "go", value: { changed: true, ledger: { position: 1, appended: false } } });
    expect(world.ledger.heads).toHaveLength(1);
  });
});

describe("reconcile", () => {
  const scope = { images: worldRepositories, tags: ["latest"] };

  test("points every tag at what the ledger says, whatever it names", async () => {
    const world = createWorld();
    await promote(world.inputFor(world.mine), world.ports);
    world.tags.move(platform, "latest", undefined);
    world.tags.move(tenant, "latest", world.digestOf(tenant, world.newer));
    const verdict = await reconcile(scope, world.ports);
    expect(verdict).toMatchObject({ kind: "go", value: { commit: world.mine, changed: true } });
    expect(verdict.value?.images.map(({ tags }) => tags[0]?.action)).toEqual(["created", "moved", "unchanged"]);
    expect(world.latest()).toEqual(world.digests(world.mine));
  });

  test("writes nothing where nothing is wrong", async () => {
    const world = createWorld();
    await promote(world.inputFor(world.mine), world.ports);
    const writes = world.tags.writes.length;
    expect(await reconcile(scope, world.ports)).toMatchObject({ kind: "go", value: { changed: false } });
    expect(world.tags.writes).toHaveLength(writes);
  });

  test("without an entry there is nothing to follow", async () => {
    const world = createWorld();
    expect(await reconcile(scope, world.ports)).toMatchObject({ kind: "go", value: undefined });
  });

  test("an unreadable ledger is unknown", async () => {
    const world = createWorld();
    const ledger = { ...world.ledger, read: async () => ({ kind: "unknown", cause: trouble }) as const };
    expect(await reconcile(scope, { ...world.ports, ledger })).toMatchObject({ kind: "stop", outcome: "unknown" });
  });

  test("what was garbage-collected is partial, and the rest is repaired", async () => {
    const world = createWorld();
    await promote(world.inputFor(world.mine), world.ports);
    world.tagAs(world.old);
    world.tags.collect(platform, world.digestOf(platform, world.mine));
    const verdict = await reconcile(scope, world.ports);
    expect(verdict).toMatchObject({ kind: "stop", outcome: "partial" });
    expect(verdict.kind === "stop" && verdict.reason).toMatch(/no longer has/);
    expect(world.latest().slice(1)).toEqual(world.digests(world.mine).slice(1));
  });

  test("what one repository has lost is copied from the sibling that has the very digest", async () => {
    const world = createWorld();
    await promote(world.inputFor(world.mine), world.ports);
    world.tagAs(world.old);
    world.tags.collect(mirror, world.digestOf(mirror, world.mine));
    const start = world.clock.now();
    expect(await reconcile(scope, world.ports)).toMatchObject({ kind: "go", value: { changed: true } });
    expect(world.clock.now()).toBe(start);
    expect(world.latest()).toEqual(world.digests(world.mine));
  });

  test("never writes what is not configured, whatever the entry says", async () => {
    const world = createWorld();
    await promote(world.inputFor(world.mine), world.ports);
    world.tagAs(world.old);
    await reconcile({ images: [platform], tags: ["latest"] }, world.ports);
    expect(world.latest()).toEqual([world.digestOf(platform, world.mine), ...world.digests(world.old).slice(1)]);
    expect(await reconcile({ images: [platform], tags: ["stable"] }, world.ports)).toMatchObject({
      kind: "stop",
      outcome: "refused",
    });
  });
});
