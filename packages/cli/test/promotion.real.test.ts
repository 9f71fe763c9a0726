import { type CommitSha, parseCommitSha, parseImageRef, secret, systemClock } from "@lateen/kernel";
import { createGitRefLog } from "@lateen/git-log";
import { createGitRepository } from "@lateen/git-log/testing";
import { promote, type PromotionInput, reconcile } from "@lateen/promote";
import { createGitLedger } from "@lateen/promote/ledger-git";
import { createMemoryHistory } from "@lateen/promote/testing";
import { openRegistries, type Registries, type RegistryEntry } from "@lateen/registry";
import { pushImage } from "@lateen/registry/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startMotoEcr } from "../../registry/test/moto-ecr.ts";
import { realRegistries } from "../../registry/test/real-registries.ts";

// One promotion over every registry that others wrote, at once: the same image in each, two platforms, a ledger in a real git repository.

/** A registry that runs, as the configuration names it, and how an image gets there. */
interface Place {
  readonly host: string;
  readonly entry: RegistryEntry;
  readonly env?: Readonly<Record<string, string>>;
  push(recipe: Parameters<typeof pushImage>[1]): Promise<{ readonly digest: string }>;
  close(): Promise<unknown>;
}

const places = [
  ...realRegistries.map(({ name, program, start }) => ({
    name,
    program,
    async start(found: string): Promise<Place> {
      const { host, login, close } = await start(found);
      const entry = login === undefined ? {} : { username: login.username, password: secret(login.password) };
      return { host, entry, push: (recipe) => pushImage({ host, ...entry }, recipe), close };
    },
  })),
  {
    name: "ECR of moto",
    program: process.env["LATEEN_REAL_MOTO"],
    async start(found: string): Promise<Place> {
      const { endpoint, ...place } = await startMotoEcr(found);
      return { ...place, entry: { endpoint } };
    },
  },
];

const isCi = process.env["CI"] === "true";
const there = places.filter(({ program }) => program !== undefined || isCi);
const missing = places.filter((one) => !there.includes(one)).map(({ name }) => name);
const path = "contract/platform";

describe.skipIf(there.length === 0)(
  `a promotion over ${there.map(({ name }) => name).join(", ")}${missing.length > 0 ? `; not there: ${missing.join(", ")}` : ""}`,
  () => {
    const closing: (() => Promise<unknown>)[] = [];
    const history = createMemoryHistory();
    let opened: readonly Place[] = [];
    let tags: Registries;
    let remote = "";

    beforeAll(async () => {
      opened = await Promise.all(there.map(async ({ start, program }) => await start(program ?? "is missing")));
      const git = await createGitRepository();
      closing.push(git.close, ...opened.map(({ close }) => close));
      remote = git.path;
      const entries = opened.map(({ host, entry }) => [host, entry] as const);
      const env = Object.assign({}, ...opened.map((place) => place.env)) as Record<string, string>;
      tags = openRegistries({ registries: Object.fromEntries(entries), env, clock: systemClock });
    }, 240_000);
    afterAll(async () => void (await Promise.all(closing.map((close) => close()))));

    const ports = () => ({
      tags,
      history,
      ledger: createGitLedger(
        createGitRefLog({ remote, ref: "refs/lateen/latest", env: { PATH: process.env["PATH"] } }),
      ),
      clock: systemClock,
      report: () => undefined,
    });
    const inputOf = (commit: CommitSha): PromotionInput => ({
      release: { sha: commit, digests: {} },
      branch: "main",
      images: opened.map(({ host }) => ({
        repository: parseImageRef(`${host}/${path}`).repository,
        candidate: `staging-${commit.slice(0, 7)}`,
      })),
      tags: ["latest"],
      pin: `release-${commit.slice(0, 12)}`,
      actor: "test",
    });

    async function release(name: string): Promise<{ readonly commit: CommitSha; readonly digest: string }> {
      const commit = parseCommitSha(history.commit(name));
      const recipe = { repository: path, tags: [`staging-${commit.slice(0, 7)}`], revision: commit, content: name };
      const pushed = await Promise.all(opened.map(({ push }) => push(recipe)));
      const [digest, ...others] = new Set(pushed.map((image) => image.digest));
      expect(others).toEqual([]);
      return { commit, digest: digest ?? "" };
    }

    const named = async (tag: string) =>
      await Promise.all(
        opened.map(async ({ host }) => {
          const reading = await tags.resolve(parseImageRef(`${host}/${path}:${tag}`));
          return reading.kind === "found" ? reading.value.digest : reading.kind;
        }),
      );
    const everywhere = (digest: string): readonly string[] => opened.map(() => digest);

    test("moves the tag and pins the release everywhere; an older commit moves nothing; a moved tag is repaired", async () => {
      const older = await release("older");
      const newer = await release("newer");
      expect(await promote(inputOf(newer.commit), ports())).toMatchObject({ kind: "go", value: { changed: true } });
      expect(await named("latest")).toEqual(everywhere(newer.digest));
      expect(await named(`release-${newer.commit.slice(0, 12)}`)).toEqual(everywhere(newer.digest));

      expect(await promote(inputOf(older.commit), ports())).toMatchObject({ kind: "stop", outcome: "refused" });
      expect(await named("latest")).toEqual(everywhere(newer.digest));

      const [first] = opened;
      const old = await tags.manifest(parseImageRef(`${first?.host}/${path}@${older.digest}`));
      if (old.kind !== "found") throw new Error(old.kind);
      await tags.put(parseImageRef(`${first?.host}/${path}`).repository, old.value, "latest");
      const { images, tags: names } = inputOf(newer.commit);
      const scope = { images: images.map(({ repository }) => repository), tags: names };
      expect(await reconcile(scope, ports())).toMatchObject({ kind: "go" });
      expect(await named("latest")).toEqual(everywhere(newer.digest));
      expect(await promote(inputOf(newer.commit), ports())).toMatchObject({ kind: "go", value: { changed: false } });
    }, 240_000);
  },
);
