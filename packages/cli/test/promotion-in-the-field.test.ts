import { createFakeClock } from "@lateen/kernel/testing";
import { createGitRefLog, runGit } from "@lateen/git-log";
import { createGitRepository } from "@lateen/git-log/testing";
import { type CommitSha, parseCommitSha, parseImageRef, systemClock } from "@lateen/kernel";
import { type Ledger, promote, type PromotionInput } from "@lateen/promote";
import { createGitLedger } from "@lateen/promote/ledger-git";
import { createMemoryHistory, createMemoryLedger } from "@lateen/promote/testing";
import { openRegistries } from "@lateen/registry";
import { seedImage, startRegistry } from "@lateen/registry/testing";
import { afterEach, expect, test } from "vitest";

// A promotion over real HTTP, with registries that answer as real ones were seen to.

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => void (await Promise.all(closing.splice(0).map((close) => close()))));

interface World {
  /** Pushes a candidate of a new commit to every repository. */
  release(name: string): Promise<{ readonly commit: CommitSha; readonly digests: readonly string[] }>;
  promote(commit: CommitSha, ledger: Ledger): ReturnType<typeof promote>;
  latest(): readonly (string | undefined)[];
  /** Methods of the requests that changed something. */
  writes(): readonly string[];
  /** Deletes, in one registry, every manifest that no tag names, as a clean-up that knows no indexes does. */
  loseChildren(side: 0 | 1): void;
}

const repository = "acme/platform";

async function startWorld(options: Parameters<typeof startRegistry>[0]): Promise<World> {
  const sides = await Promise.all([startRegistry(options), startRegistry(options)]);
  closing.push(...sides.map(({ close }) => close));
  const history = createMemoryHistory();
  const input = (commit: CommitSha): PromotionInput => ({
    release: { sha: commit, digests: {} },
    branch: "main",
    images: sides.map(({ host }) => ({
      repository: parseImageRef(`${host}/${repository}`).repository,
      candidate: `staging-${commit.slice(0, 7)}`,
    })),
    tags: ["latest"],
    pin: `release-${commit.slice(0, 12)}`,
    actor: "test",
  });
  return {
    async release(name) {
      const commit = parseCommitSha(history.commit(name));
      const tags = [`staging-${commit.slice(0, 7)}`];
      const seeded = await Promise.all(
        sides.map((side) => seedImage(side, { repository, tags, revision: commit, content: name })),
      );
      return { commit, digests: seeded.map(({ digest }) => digest) };
    },
    promote: (commit, ledger) => {
      const registries = Object.fromEntries(sides.map(({ host }) => [host, { insecure: true }]));
      const tags = openRegistries({ registries, clock: systemClock });
      const clock = createFakeClock({ auto: true });
      return promote(input(commit), { tags, history, ledger, clock, report: () => undefined });
    },
    latest: () => sides.map(({ store }) => store.tag(repository, "latest")),
    writes: () =>
      sides.flatMap(({ requests }) =>
        requests.map(({ method }) => method).filter((method) => !["GET", "HEAD"].includes(method)),
      ),
    loseChildren(side) {
      const { manifests, tags } = sides[side].store.repository(repository);
      const named = new Set(tags.values());
      for (const digest of manifests.keys()) if (!named.has(digest)) manifests.delete(digest);
    },
  };
}

test("where HEAD of a manifest is answered 404, a newer commit is promoted and an older one is refused", async () => {
  const world = await startWorld({ quirks: { headOfManifests: "404" } });
  const older = await world.release("older");
  const newer = await world.release("newer");
  const newest = await world.release("newest");
  // Each with a ledger of its own, so that only the tag can tell what was promoted last.
  expect(await world.promote(newer.commit, createMemoryLedger())).toMatchObject({ kind: "go" });
  expect(world.latest()).toEqual(newer.digests);
  expect(await world.promote(older.commit, createMemoryLedger())).toMatchObject({ kind: "stop", outcome: "refused" });
  expect(world.latest()).toEqual(newer.digests);
  const last = await world.promote(newest.commit, createMemoryLedger());
  expect(last).toMatchObject({ kind: "go" });
  expect(last.kind === "go" && last.value.images.map(({ tags }) => tags[0]?.action)).toEqual(["moved", "moved"]);
  expect(world.latest()).toEqual(newest.digests);
});

test.each([0, 1] as const)(
  "a candidate whose children were cleaned up in registry %i is not promoted anywhere",
  async (side) => {
    const world = await startWorld({});
    const { commit } = await world.release("first");
    world.loseChildren(side);
    expect(await world.promote(commit, createMemoryLedger())).toMatchObject({ kind: "stop", outcome: "unknown" });
    expect(world.writes()).toEqual([]);
    expect(world.latest()).toEqual([undefined, undefined]);
  },
);

test("a promotion starts at most eight git programs, the first one and later ones", async () => {
  const world = await startWorld({});
  const git = await createGitRepository();
  closing.push(git.close);
  for (const name of ["first", "second"]) {
    const { commit } = await world.release(name);
    const programs: string[] = [];
    const log = createGitRefLog({
      remote: git.path,
      ref: "refs/lateen/latest",
      env: { PATH: process.env["PATH"] },
      git: (call) => {
        programs.push(call.args[0] ?? "");
        return runGit(call);
      },
    });
    expect(await world.promote(commit, createGitLedger(log))).toMatchObject({ kind: "go" });
    expect(programs.length, `${name}: ${programs.join(", ")}`).toBeLessThanOrEqual(8);
    expect(programs.length).toBeGreaterThan(0);
  }
});
