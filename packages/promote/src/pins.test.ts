import { createFakeClock } from "@lateen/kernel/testing";
import { type CommitSha, type Digest, ReleaseError } from "@lateen/kernel";
import { describe, expect, test } from "vitest";
import { checkPromotion, promote, reconcile, rollback } from "./index.ts";
import { createPromotionWorld, type PromotionWorld, worldRepositories } from "./testing/world.ts";

const pinOf = (commit: CommitSha) => `release-${commit.slice(0, 12)}`;
const refused = new ReleaseError({ code: "DENIED", category: "state", message: "this tag is protected" });

interface World extends PromotionWorld {
  promote(commit: CommitSha): ReturnType<typeof promote>;
  pins(commit: CommitSha): (Digest | undefined)[];
}

function createWorld(): World {
  const world = createPromotionWorld({ clock: createFakeClock({ auto: true }) });
  return {
    ...world,
    promote: (commit) => promote(world.inputFor(commit, { pin: pinOf(commit) }), world.ports),
    pins: (commit) => worldRepositories.map((repository) => world.tags.tagged(repository, pinOf(commit))),
  };
}

describe("a pin", () => {
  test("keeps every promoted digest, is written before the tags, and is in the entry and the report", async () => {
    const world = createWorld();
    const commit = world.release("one");
    const verdict = await world.promote(commit);
    expect(world.pins(commit)).toEqual(world.digests(commit));
    expect(world.tags.writes.map(({ tag }) => tag)).toEqual([
      ...worldRepositories.map(() => pinOf(commit)),
      ...worldRepositories.map(() => "latest"),
    ]);
    expect(world.ledger.heads[0]?.entry.images.map(({ pin }) => pin)).toEqual(
      worldRepositories.map(() => pinOf(commit)),
    );
    expect(verdict).toMatchObject({ kind: "go", value: { changed: true } });
    expect(verdict.value?.images[0]).toMatchObject({
      tags: [{ tag: "latest", action: "created" }],
      pin: { tag: pinOf(commit), action: "created" },
    });
  });

  test("stays where it is when the next release comes, and is the way back", async () => {
    const world = createWorld();
    const [one, two] = [world.release("one"), world.release("two")];
    await world.promote(one);
    await world.promote(two);
    expect(world.pins(one)).toEqual(world.digests(one));
    // CI and retention have taken the candidates; only pinned digests are left.
    for (const repository of worldRepositories) world.tags.move(repository, world.candidateOf(one), undefined);
    const input = {
      branch: "main",
      images: worldRepositories,
      tags: ["latest"],
      actor: "ada",
      reason: "checkout fails",
      candidateOf: world.candidateOf,
      pinOf,
    };
    expect(await rollback(input, world.ports)).toMatchObject({ kind: "go", value: { commit: one } });
    expect(world.latest()).toEqual(world.digests(one));
    expect(world.tags.writes.filter(({ tag }) => tag === pinOf(one))).toHaveLength(worldRepositories.length);
  });

  test("is not moved: other bytes of the same commit get a pin of their own", async () => {
    const world = createWorld();
    const commit = world.release("one");
    await world.promote(commit);
    const [repository] = worldRepositories;
    const first = world.tags.tagged(repository, pinOf(commit));
    const second = world.tags.push(repository, world.candidateOf(commit), { revision: commit, content: "built again" });
    expect(await world.promote(commit)).toMatchObject({ kind: "go" });
    expect(world.tags.tagged(repository, pinOf(commit))).toBe(first);
    const own = `${pinOf(commit)}-${second.slice("sha256:".length, "sha256:".length + 12)}`;
    expect(world.tags.tagged(repository, own)).toBe(second);
    expect(world.ledger.heads.at(-1)?.entry.images[0]).toMatchObject({ digest: second, pin: own });
  });

  test("that somebody else uses for all of its names refuses the promotion before the ledger", async () => {
    const world = createWorld();
    const commit = world.release("one");
    const [repository] = worldRepositories;
    const strange = world.tags.push(repository, pinOf(commit), { content: "strange" });
    const wanted = world.digestOf(repository, commit);
    world.tags.move(repository, `${pinOf(commit)}-${wanted.slice(7, 19)}`, strange);
    expect(await world.promote(commit)).toMatchObject({ kind: "stop", outcome: "refused", code: "PIN_REFUSED" });
    expect(world.ledger.heads).toEqual([]);
    expect(world.tags.writes).toEqual([]);
  });

  test("that cannot be read is not written over", async () => {
    const world = createWorld();
    const commit = world.release("one");
    const cause = new ReleaseError({ code: "DOWN", category: "unavailable", message: "no answer" });
    world.tags.fault = ({ name, method }) => (method === "manifest" && name === pinOf(commit) ? cause : undefined);
    expect(await world.promote(commit)).toMatchObject({ kind: "stop", outcome: "unknown", code: "PIN_UNKNOWN" });
    expect(world.tags.writes).toEqual([]);
  });

  test("that the registry does not take leaves the promotion partial, with the tags moved", async () => {
    const world = createWorld();
    const commit = world.release("one");
    world.tags.fault = ({ name, method }) => (method === "put" && name === pinOf(commit) ? refused : undefined);
    const verdict = await world.promote(commit);
    expect(verdict).toMatchObject({ kind: "stop", outcome: "partial", code: "TAGS_UNSETTLED" });
    expect(verdict.kind === "stop" ? verdict.reason : "").toContain(pinOf(commit));
    expect(world.latest()).toEqual(world.digests(commit));
  });

  test("is asked for in the preflight, so that a repository that cannot have it refuses first", async () => {
    const world = createWorld();
    const commit = world.release("one");
    world.tagAs(commit);
    const asked: (readonly string[])[] = [];
    const { preflight } = world.tags;
    world.tags.preflight = async (repository, manifest, tags) => {
      asked.push(tags);
      return preflight(repository, manifest, tags);
    };
    await checkPromotion(world.inputFor(commit, { pin: pinOf(commit) }), world.ports);
    expect(asked).toEqual(worldRepositories.map(() => [pinOf(commit)]));
  });

  test("is added by the same line again to a release that was promoted without one, which changes nothing else", async () => {
    const world = createWorld();
    const commit = world.release("one");
    await promote(world.inputFor(commit), world.ports);
    expect(world.pins(commit)).toEqual([undefined, undefined, undefined]);
    expect(await world.promote(commit)).toMatchObject({ kind: "go", value: { changed: false } });
    expect(world.pins(commit)).toEqual(world.digests(commit));
    expect(world.ledger.heads).toHaveLength(1);
  });

  test("that was deleted is written again by reconcile, unless pins are turned off", async () => {
    const world = createWorld();
    const commit = world.release("one");
    await world.promote(commit);
    const [repository] = worldRepositories;
    world.tags.move(repository, pinOf(commit), undefined);
    const input = { images: worldRepositories, tags: ["latest"] };
    await reconcile({ ...input, pins: false }, world.ports);
    expect(world.tags.tagged(repository, pinOf(commit))).toBeUndefined();
    expect(await reconcile(input, world.ports)).toMatchObject({ kind: "go", value: { changed: false } });
    expect(world.pins(commit)).toEqual(world.digests(commit));
  });

  test("cannot be a tag that is promoted", async () => {
    const world = createWorld();
    const commit = world.release("one");
    await expect(promote(world.inputFor(commit, { pin: "latest" }), world.ports)).rejects.toMatchObject({
      code: "TAG_INVALID",
      category: "input",
    });
  });
});

describe("referrers", () => {
  const [, source, mirror] = worldRepositories;

  /** The mirror lacks the candidate, whose sibling has it and a signature of it. */
  function createMirrorWorld(): { world: PromotionWorld; commit: CommitSha; digest: Digest } {
    const world = createPromotionWorld({ clock: createFakeClock({ auto: true }) });
    const commit = world.release("one");
    const digest = world.digestOf(source, commit);
    world.tags.attach(source, digest, "a signature");
    world.tags.move(mirror, world.candidateOf(commit), undefined);
    world.tags.collect(mirror, digest);
    return { world, commit, digest };
  }

  test("come along where content is copied, and the evidence names each", async () => {
    const { world, commit, digest } = createMirrorWorld();
    const verdict = await promote(world.inputFor(commit), world.ports);
    expect(world.tags.attached(mirror, digest)).toEqual(["a signature"]);
    const facts = verdict.evidence.filter(({ rule }) => rule === "copy").map(({ fact }) => fact);
    expect(facts).toEqual(expect.arrayContaining(["a signature came along"]));
  });

  test("are left behind if they are turned off, which the evidence says", async () => {
    const { world, commit, digest } = createMirrorWorld();
    const verdict = await promote(world.inputFor(commit, { referrers: false }), world.ports);
    expect(world.tags.attached(mirror, digest)).toEqual([]);
    expect(verdict.evidence.some(({ rule, fact }) => rule === "copy" && /left behind/.test(fact))).toBe(true);
  });

  test("that cannot be stored do not keep the image back, and are named", async () => {
    const { world, commit, digest } = createMirrorWorld();
    world.tags.fault = ({ method }) => (method === "copyWithReferrers" ? "refused" : undefined);
    const verdict = await promote(world.inputFor(commit), world.ports);
    expect(verdict).toMatchObject({ kind: "go" });
    expect(world.latest()).toEqual(world.digests(commit));
    expect(world.tags.attached(mirror, digest)).toEqual([]);
    expect(verdict.evidence.some(({ fact }) => /left behind: a referrer cannot be stored/.test(fact))).toBe(true);
  });
});
