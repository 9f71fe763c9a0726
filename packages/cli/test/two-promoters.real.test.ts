import { openGitGraph, startGiteaFake } from "@lateen/gate/testing";
import { parseImageRef, systemClock } from "@lateen/kernel";
import { createGitRepository } from "@lateen/git-log/testing";
import { createOciRegistry } from "@lateen/registry/oci";
import { pushImage, startDockerRegistry } from "@lateen/registry/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFolder } from "./folder.ts";
import { type Ran, startLateen } from "./run-lateen.ts";

const program = process.env["LATEEN_REAL_DOCKER_REGISTRY"];
const rounds = Number(process.env["LATEEN_ROUNDS"] ?? 100);
const seed = Number(process.env["LATEEN_SEED"] ?? systemClock.now() % 1_000_000);

// Two programs, each started after a random pause, promote an older and a newer commit into two real registries. Four such pairs at a
// time, each with a ledger and repositories of its own: most of a round is waiting.
const lanes = 4;

let registries: readonly Awaited<ReturnType<typeof startDockerRegistry>>[] = [];
const closing: (() => unknown)[] = [];
beforeAll(async () => {
  if (program === undefined) return;
  registries = [await startDockerRegistry({ program }), await startDockerRegistry({ program })];
  closing.push(...registries.map((registry) => registry.close));
});
afterAll(async () => void (await Promise.all(closing.map((close) => close()))));

describe.skipIf(program === undefined)(`${rounds} rounds of two promoters (LATEEN_SEED=${seed})`, () => {
  test.concurrent.each(Array.from({ length: lanes }, (_, lane) => lane))(
    "the newer one stays, whichever comes first, over ledger %d",
    async (lane) => {
      const random = createRandom(seed + lane);
      const world = await startLane(`acme/platform-${lane}`);
      const own = Math.floor(rounds / lanes) + (lane < rounds % lanes ? 1 : 0);
      for (let round = 0; round < own; round++) {
        const [older, newer] = [await world.release(`older ${round}`), await world.release(`newer ${round}`)];
        const promote = async (sha: string): Promise<Ran> => {
          await systemClock.sleep(random() * 500);
          return await world.promote(sha);
        };
        const ran = await Promise.all([promote(older.sha), promote(newer.sha)]);
        const codes = ran.map(({ code }) => code).join(" ");
        const context = `round ${round}, exits ${codes}\n${ran.map(({ stderr }) => stderr).join("\n")}`;
        expect(await world.latest(), context).toEqual([newer.digest, newer.digest]);
        // The older one is shipped or superseded (0), or refused (3); the newer one is always shipped.
        expect(["0 0", "3 0"], context).toContain(codes);
      }
      const entries = (await world.ledger()).map((line) => line.split(" "));
      expect(entries.length).toBeGreaterThanOrEqual(own);
      // One line of entries: each has one parent, save the first, which has none.
      expect(entries.map((parents) => parents.filter((parent) => parent !== "").length)).toEqual(
        entries.map((_, at) => (at === entries.length - 1 ? 0 : 1)),
      );
    },
    900_000,
  );
});

/** Repositories of one pair of promoters. */
interface Lane {
  release(message: string): Promise<{ sha: string; digest: string }>;
  promote(sha: string): Promise<Ran>;
  /** Digest of the tag in each registry. */
  latest(): Promise<(string | undefined)[]>;
  /** The parents of each entry, newest first. */
  ledger(): Promise<string[]>;
}

async function startLane(image: string): Promise<Lane> {
  const repository = await createGitRepository();
  const forge = await startGiteaFake({ graph: openGitGraph(repository.path), token: "forge-token" });
  const folder = createFolder();
  folder.write("lateen.yaml", configText(forge.url, repository.path, image));
  closing.push(forge.close, repository.close, folder.remove);
  return {
    async release(message) {
      const sha = await repository.commit({ message });
      const recipe = { repository: image, tags: [`staging-${sha.slice(0, 7)}`], revision: sha };
      const pushed = await Promise.all(
        registries.map(({ host }) => pushImage({ host }, { ...recipe, platforms: ["linux/amd64"] })),
      );
      return { sha, digest: pushed[0]?.digest ?? "" };
    },
    promote(sha) {
      const env = { GITEA_TOKEN: "forge-token", GITHUB_ACTOR: "ada" };
      return startLateen(["promote", "--sha", sha], { cwd: folder.path, env }).ended;
    },
    latest: () => Promise.all(registries.map(({ host }) => latest(host, image))),
    ledger: async () =>
      (await repository.git("log", "--format=%P", "refs/lateen/latest")).replace(/\n$/, "").split("\n"),
  };
}

async function latest(host: string, image: string): Promise<string | undefined> {
  const reading = await createOciRegistry({ host }).resolve(parseImageRef(`${host}/${image}:latest`));
  return reading.kind === "found" ? reading.value.digest : undefined;
}

function configText(forge: string, remote: string, image: string): string {
  return `
forge: { kind: gitea, url: "${forge}", repository: acme/core, token: { env: GITEA_TOKEN } }
release: { candidate: "staging-{sha7}", images: [${registries.map(({ host }) => `"${host}/${image}"`).join(", ")}] }
promote: { tags: [latest], ledger: { remote: "${remote}" }, settle: 30s }
`;
}

/** mulberry32: small, seeded, and good enough to spread pauses. */
function createRandom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
