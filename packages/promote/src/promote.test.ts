import { createFakeClock } from "@lateen/kernel/testing";
import { type CommitSha, parseImageRef, ReleaseError } from "@lateen/kernel";
import { describe, expect, test } from "vitest";
import { checkPromotion, promote } from "./index.ts";
import { createPromotionWorld, type PromotionWorld, worldRepositories } from "./testing/world.ts";

const [platform, tenant, mirror] = worldRepositories;
const all = worldRepositories;

/** A world whose tags name `old`, with `mine` (the candidate) and `newer` built after it. */
function createWorld(): PromotionWorld & Record<"ancient" | "old" | "mine" | "newer", CommitSha> {
  const world = createPromotionWorld({ clock: createFakeClock({ auto: true }) });
  const [ancient, old, mine, newer] = [
    world.release("ancient"),
    world.release("old"),
    world.release("mine"),
    world.release("newer"),
  ];
  world.tagAs(old);
  return { ...world, ancient, old, mine, newer };
}

function trouble(changes: Partial<ConstructorParameters<typeof ReleaseError>[0]> = {}): ReleaseError {
  return new ReleaseError({ code: "TROUBLE", category: "unavailable", message: "the server is on fire", ...changes });
}

describe("promote", () => {
  test("moves every tag in every registry, and says so", async () => {
    const world = createWorld();
    const verdict = await promote(world.inputFor(world.mine), world.ports);
    expect(verdict.kind).toBe("go");
    expect(world.latest()).toEqual(world.digests(world.mine));
    expect(verdict.value).toMatchObject({
      commit: world.mine,
      changed: true,
      ledger: { entry: "entry-1", position: 1, appended: true },
    });
    expect(verdict.value?.images[2]).toEqual({
      repository: mirror,
      candidate: world.candidateOf(world.mine),
      digest: world.digestOf(mirror, world.mine),
      tags: [
        {
          tag: "latest",
          action: "moved",
          before: world.digestOf(mirror, world.old),
          after: world.digestOf(mirror, world.mine),
        },
      ],
    });
  });

  test("a second time it writes nothing", async () => {
    const world = createWorld();
    await promote(world.inputFor(world.mine), world.ports);
    const writes = world.tags.writes.length;
    const again = await promote(world.inputFor(world.mine), world.ports);
    expect(again).toMatchObject({ kind: "go", value: { changed: false, ledger: { position: 1, appended: false } } });
    expect(world.tags.writes).toHaveLength(writes);
    expect(world.ledger.heads).toHaveLength(1);
  });

  test("creates a tag that does not exist", async () => {
    const world = createWorld();
    world.tags.move(tenant, "latest", undefined);
    const verdict = await promote(world.inputFor(world.mine), world.ports);
    expect(verdict.value?.images.map(({ tags }) => tags[0]?.action)).toEqual(["moved", "created", "moved"]);
  });

  test("an older commit after a newer ledger entry is refused even where the tags lag behind", async () => {
    const world = createWorld();
    await promote(world.inputFor(world.newer), world.ports);
    for (const repository of all) world.tags.move(repository, "latest", world.digestOf(repository, world.old));
    const verdict = await promote(world.inputFor(world.mine), world.ports);
    expect(verdict).toMatchObject({ kind: "stop", outcome: "refused" });
    expect(verdict.kind === "stop" && verdict.reason).toMatch(/behind the ledger's newest release/);
    expect(world.latest()).toEqual(world.digests(world.old));
  });

  test("one tag that is ahead refuses the whole", async () => {
    const world = createWorld();
    world.tags.move(mirror, "latest", world.digestOf(mirror, world.newer));
    const before = world.latest();
    const verdict = await promote(world.inputFor(world.mine), world.ports);
    expect(verdict).toMatchObject({ kind: "stop", outcome: "refused", value: { changed: false } });
    expect(verdict.value?.images.map(({ tags }) => tags[0]?.action)).toEqual(["unchanged", "unchanged", "refused"]);
    expect({ latest: world.latest(), heads: world.ledger.heads }).toEqual({ latest: before, heads: [] });
  });

  test("a half-moved set is completed forward", async () => {
    const world = createWorld();
    world.tags.move(platform, "latest", world.digestOf(platform, world.mine));
    world.tags.move(mirror, "latest", world.digestOf(mirror, world.ancient));
    const verdict = await promote(world.inputFor(world.mine), world.ports);
    expect(verdict.value?.images.map(({ tags }) => tags[0]?.action)).toEqual(["unchanged", "moved", "moved"]);
    expect(world.latest()).toEqual(world.digests(world.mine));
  });

  test("tags that are right without a ledger entry get one", async () => {
    const world = createWorld();
    const verdict = await promote(world.inputFor(world.old), world.ports);
    expect(verdict).toMatchObject({ kind: "go", value: { changed: false, ledger: { appended: true } } });
    expect(world.tags.writes).toEqual([]);
  });
});

describe("before the commit point", () => {
  test("a candidate missing in one registry is copied from the sibling that has it", async () => {
    const world = createWorld();
    world.tags.move(mirror, world.candidateOf(world.mine), undefined);
    world.tags.collect(mirror, world.digestOf(tenant, world.mine));
    const verdict = await promote(world.inputFor(world.mine), world.ports);
    expect(verdict.kind).toBe("go");
    expect(world.tags.tagged(mirror, "latest")).toBe(world.digestOf(tenant, world.mine));
    expect(world.events).toContainEqual(
      expect.objectContaining({ type: "content-copied", source: tenant, repository: mirror }),
    );
  });

  test("siblings that disagree about the missing digest refuse the whole", async () => {
    const other = parseImageRef("three.example.com/acme/platform-tenant").repository;
    const world = createPromotionWorld({ clock: createFakeClock({ auto: true }), repositories: [...all, other] });
    const [old, mine] = [world.release("old"), world.release("mine")];
    world.tagAs(old);
    world.tags.push(other, world.candidateOf(mine), { revision: mine, content: "built twice" });
    world.tags.move(mirror, world.candidateOf(mine), undefined);
    const verdict = await promote(world.inputFor(mine), world.ports);
    expect(verdict).toMatchObject({ kind: "stop", outcome: "refused" });
    expect(verdict.kind === "stop" && verdict.reason).toMatch(/siblings disagree/);
  });

  test("a missing candidate whose sibling cannot be read is unknown", async () => {
    const world = createWorld();
    world.tags.move(mirror, world.candidateOf(world.mine), undefined);
    world.tags.fault = ({ method, repository }) =>
      method === "manifest" && repository === tenant ? trouble() : undefined;
    expect(await promote(world.inputFor(world.mine), world.ports)).toMatchObject({ kind: "stop", outcome: "unknown" });
    expect(world.tags.writes).toEqual([]);
  });

  test("digests that were resolved before beat the tags", async () => {
    const world = createWorld();
    const checked = await checkPromotion(world.inputFor(world.mine), world.ports);
    world.tags.push(tenant, world.candidateOf(world.mine), { revision: world.mine, content: "built again" });
    const resolved = (checked.value?.images ?? []).flatMap(({ repository, digest }) =>
      digest === undefined ? [] : [[repository, digest] as const],
    );
    const release = { sha: world.mine, digests: Object.fromEntries(resolved) };
    expect((await promote(world.inputFor(world.mine, { release }), world.ports)).kind).toBe("go");
    expect(world.latest()).toEqual(world.digests(world.mine));
  });

  test("a tag that is ahead of the ledger's own newest release is left to reconcile", async () => {
    const world = createWorld();
    await promote(world.inputFor(world.mine), world.ports);
    world.tags.move(mirror, "latest", world.digestOf(mirror, world.newer));
    const verdict = await promote(world.inputFor(world.mine), world.ports);
    expect(verdict.kind === "stop" && verdict.reason).toMatch(/run lateen reconcile/);
  });

  test.each([
    [{ images: [] }, "PROMOTION_EMPTY"],
    [{ tags: [] }, "PROMOTION_EMPTY"],
    [{ tags: ["latest", "latest"] }, "PROMOTION_TWICE"],
    [{ images: [{ repository: platform, candidate: "latest" }] }, "TAG_INVALID"],
  ])("an input of %j is an input error", async (changes, code) => {
    const world = createWorld();
    const input = world.inputFor(world.mine, changes);
    await expect(promote(input, world.ports)).rejects.toMatchObject({ code, category: "input" });
    await expect(checkPromotion(input, world.ports)).rejects.toMatchObject({ code, category: "input" });
  });

  test("nothing is copied to where nothing may be written", async () => {
    const world = createWorld();
    world.tags.move(mirror, world.candidateOf(world.mine), undefined);
    world.tags.fault = ({ method, repository }) =>
      method === "preflight" && repository === mirror ? "refused" : undefined;
    expect(await promote(world.inputFor(world.mine), world.ports)).toMatchObject({ kind: "stop", outcome: "refused" });
    expect(world.tags.calls.filter(({ method }) => method === "copy")).toEqual([]);
  });

  test.each(["resolve", "manifest", "revision"])("refused credentials in %s are an auth error", async (method) => {
    const world = createWorld();
    const denied = trouble({ category: "auth", code: "DENIED" });
    world.tags.fault = (call) => (call.method === method && call.repository === tenant ? denied : undefined);
    await expect(promote(world.inputFor(world.mine), world.ports)).rejects.toBe(denied);
    expect({ writes: world.tags.writes, heads: world.ledger.heads }).toEqual({ writes: [], heads: [] });
  });

  test("each revision is compared once", async () => {
    const world = createWorld();
    const asked: string[] = [];
    const compare: typeof world.history.compare = (base, head) => {
      asked.push(`${base}..${head}`);
      return world.history.compare(base, head);
    };
    await promote(world.inputFor(world.mine), { ...world.ports, history: { ...world.history, compare } });
    expect(asked.toSorted()).toEqual([`${world.mine}..${world.newer}`, `${world.old}..${world.mine}`].toSorted());
  });

  test("a candidate that no repository has refuses the whole", async () => {
    const world = createWorld();
    world.tags.move(platform, world.candidateOf(world.mine), undefined);
    const before = world.latest();
    const verdict = await promote(world.inputFor(world.mine), world.ports);
    expect(verdict).toMatchObject({ kind: "stop", outcome: "refused" });
    expect(verdict.kind === "stop" && verdict.reason).toMatch(/does not exist .*; build and push it/);
    expect({ latest: world.latest(), heads: world.ledger.heads }).toEqual({ latest: before, heads: [] });
  });

  test.each([
    ["another commit", "old", /was built from something else/],
    ["no commit", undefined, /states no revision/],
  ])("a candidate that states %s is refused", async (_, revision, reason) => {
    const world = createWorld();
    const stated = revision === undefined ? undefined : world.old;
    world.tags.push(tenant, world.candidateOf(world.mine), { revision: stated, content: "wrong" });
    const verdict = await promote(world.inputFor(world.mine, { allowUnlabelled: true }), world.ports);
    expect(verdict).toMatchObject({ kind: "stop", outcome: "refused" });
    expect(verdict.kind === "stop" && verdict.reason).toMatch(reason);
    expect(world.latest()).toEqual(world.digests(world.old));
  });

  test("a credential that may not write is an auth error, and nothing was written", async () => {
    const world = createWorld();
    world.tags.fault = ({ method, repository }) =>
      method === "preflight" && repository === mirror ? trouble({ category: "auth", code: "DENIED" }) : undefined;
    await expect(promote(world.inputFor(world.mine), world.ports)).rejects.toMatchObject({ category: "auth" });
    expect({ writes: world.tags.writes, heads: world.ledger.heads }).toEqual({ writes: [], heads: [] });
  });

  test("an immutable tag is refused, and named as the refused one", async () => {
    const world = createWorld();
    world.tags.fault = ({ method, repository }) =>
      method === "preflight" && repository === mirror ? "refused" : undefined;
    const verdict = await promote(world.inputFor(world.mine), world.ports);
    expect(verdict).toMatchObject({
      kind: "stop",
      outcome: "refused",
      reason: expect.stringMatching(/mirror.*the tag is immutable; /),
    });
    expect(verdict.value?.images.map(({ tags }) => tags[0]?.action)).toEqual(["unchanged", "unchanged", "refused"]);
    expect({ writes: world.tags.writes, heads: world.ledger.heads }).toEqual({ writes: [], heads: [] });
  });

  test.each(["resolve", "manifest", "revision", "preflight"])(
    "an unreadable registry in %s is unknown",
    async (method) => {
      const world = createWorld();
      world.tags.fault = (call) => (call.method === method && call.repository === tenant ? trouble() : undefined);
      const verdict = await promote(world.inputFor(world.mine), world.ports);
      expect(verdict).toMatchObject({ kind: "stop", outcome: "unknown" });
      expect({ writes: world.tags.writes, heads: world.ledger.heads }).toEqual({ writes: [], heads: [] });
    },
  );

  test("an unreachable ledger is unknown", async () => {
    const world = createWorld();
    const ledger = { ...world.ledger, read: async () => ({ kind: "unknown", cause: trouble() }) as const };
    const verdict = await promote(world.inputFor(world.mine), { ...world.ports, ledger });
    expect(verdict).toMatchObject({ kind: "stop", outcome: "unknown" });
    expect(world.tags.writes).toEqual([]);
  });

  test("an unreadable history is unknown", async () => {
    const world = createWorld();
    world.history.fault = trouble();
    expect(await promote(world.inputFor(world.mine), world.ports)).toMatchObject({ kind: "stop", outcome: "unknown" });
    expect(world.tags.writes).toEqual([]);
  });

  test("an unlabelled image is moved off only where that is allowed", async () => {
    const world = createWorld();
    world.tags.push(tenant, "latest", { content: "legacy" });
    expect(await promote(world.inputFor(world.mine), world.ports)).toMatchObject({ kind: "stop", outcome: "refused" });
    expect(world.tags.writes).toEqual([]);
    expect(await promote(world.inputFor(world.mine, { allowUnlabelled: true }), world.ports)).toMatchObject({
      kind: "go",
    });
  });

  test("an image that was garbage-collected beneath its tag is not taken for an unlabelled one", async () => {
    const world = createWorld();
    world.tags.collect(tenant, world.digestOf(tenant, world.old));
    world.tags.fault = ({ method, repository, name }) =>
      method === "resolve" && repository === tenant && name === "latest"
        ? { digest: world.digestOf(tenant, world.old) }
        : undefined;
    const verdict = await promote(world.inputFor(world.mine, { allowUnlabelled: true }), world.ports);
    expect(verdict).toMatchObject({ kind: "stop", outcome: "refused" });
    expect(verdict.kind === "stop" && verdict.reason).toMatch(/no longer exists/);
    expect(world.tags.writes).toEqual([]);
  });

  test("and where the ledger knows what it was, the promotion goes on", async () => {
    const world = createWorld();
    await promote(world.inputFor(world.mine), world.ports);
    const gone = world.digestOf(tenant, world.mine);
    world.tags.collect(tenant, gone);
    let writes = 0;
    world.tags.fault = ({ method, repository, name }) => {
      if (method === "put") writes++;
      return method === "resolve" && repository === tenant && name === "latest" && writes === 0
        ? { digest: gone }
        : undefined;
    };
    expect((await promote(world.inputFor(world.newer), world.ports)).kind).toBe("go");
    expect(world.latest()).toEqual(world.digests(world.newer));
  });

  test("each image is asked for its revision once", async () => {
    const world = createWorld();
    world.tagAs(world.mine);
    await promote(world.inputFor(world.mine, { tags: ["latest", "stable"] }), world.ports);
    expect(world.tags.calls.filter(({ method }) => method === "revision")).toHaveLength(3);
  });

  test("an override is recorded where it was used", async () => {
    const world = createWorld();
    const overrides = [
      { check: "ancestry", reason: "the newer one burns" },
      { check: "unlabelled", reason: "not needed" },
    ];
    const verdict = await promote(world.inputFor(world.ancient, { overrides }), world.ports);
    expect(verdict.kind).toBe("go");
    expect(verdict.evidence).toContainEqual(expect.objectContaining({ rule: "ancestry", verdict: "waived" }));
    expect(world.ledger.heads[0]?.entry.overrides).toEqual([overrides[0]]);
  });

  test("a commit off the branch is refused", async () => {
    const world = createWorld();
    const stray = world.history.commit("stray", { branch: "feature", parent: world.old });
    for (const repository of all) world.tags.push(repository, world.candidateOf(stray), { revision: stray });
    const verdict = await promote(world.inputFor(stray), world.ports);
    expect(verdict).toMatchObject({ kind: "stop", outcome: "refused" });
    expect(verdict.kind === "stop" && verdict.reason).toMatch(/is not on main/);
  });

  test("a check says the same and changes nothing", async () => {
    const world = createWorld();
    const verdict = await checkPromotion(world.inputFor(world.mine), world.ports);
    expect(verdict).toMatchObject({ kind: "go", value: { changed: true } });
    expect(verdict.value?.images.map(({ digest }) => digest)).toEqual(world.digests(world.mine));
    expect({ writes: world.tags.writes, heads: world.ledger.heads }).toEqual({ writes: [], heads: [] });
    expect(await checkPromotion(world.inputFor(world.ancient), world.ports)).toMatchObject({
      kind: "stop",
      outcome: "refused",
    });
  });
});

describe("an interruption", () => {
  test("before the commit point is thrown, and nothing was written", async () => {
    const world = createWorld();
    const controller = new AbortController();
    world.tags.fault = ({ method }) => {
      if (method === "preflight") controller.abort();
      return undefined;
    };
    await expect(promote(world.inputFor(world.mine), world.ports, controller.signal)).rejects.toMatchObject({
      category: "interrupted",
    });
    expect({ writes: world.tags.writes, heads: world.ledger.heads }).toEqual({ writes: [], heads: [] });
  });
});

test("repositories are announced before they are read, so that one token serves both", async () => {
  const world = createWorld();
  const announced: string[] = [];
  const expectWrites = (repository: string) => {
    expect(world.tags.calls).toEqual([]);
    announced.push(repository);
  };
  await promote(world.inputFor(world.mine), { ...world.ports, tags: { ...world.tags, expectWrites } });
  expect(announced).toEqual(all);
});
