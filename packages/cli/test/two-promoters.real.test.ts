import { openGitGraph, startGiteaFake } from "@lateen/gate/testing";
import { parseImageRef, systemClock } from "@lateen/kernel";
import { createGitRepository } from "@lateen/kernel/testing";
import { createOciRegistry } from "@lateen/registry/oci";
import { type DockerRegistry, pushImage, startDockerRegistry } from "@lateen/registry/testing";
import { expect, test } from "vitest";
import { createFolder } from "./folder.ts";
import { startLateen } from "./run-lateen.ts";

const program = process.env["LATEEN_REAL_DOCKER_REGISTRY"];
const rounds = Number(process.env["LATEEN_ROUNDS"] ?? 100);
const seed = Number(process.env["LATEEN_SEED"] ?? systemClock.now() % 1_000_000);

// Two programs, each started after a random pause, promote an older and a newer commit into two real registries.
test.skipIf(program === undefined)(
  `${rounds} rounds of two promoters: the newer one stays, whoever comes first (LATEEN_SEED=${seed})`,
  async () => {
    const random = createRandom(seed);
    const repository = await createGitRepository();
    const forge = await startGiteaFake({ graph: openGitGraph(repository.path), token: "forge-token" });
    const registries = [await startDockerRegistry({ program }), await startDockerRegistry({ program })];
    const folder = createFolder();
    folder.write("lateen.yaml", configText(forge.url, repository.path, registries));
    const release = async (message: string): Promise<{ sha: string; digest: string }> => {
      const sha = await repository.commit({ message });
      const recipe = {
        repository: "acme/platform",
        tags: [`staging-${sha.slice(0, 7)}`],
        revision: sha,
        platforms: ["linux/amd64"],
      };
      const [image] = await Promise.all(registries.map(({ host }) => pushImage({ host }, recipe)));
      return { sha, digest: image?.digest ?? "" };
    };
    const promote = async (sha: string): Promise<{ code: number; stderr: string }> => {
      await systemClock.sleep(random() * 500);
      const env = { GITEA_TOKEN: "forge-token", GITHUB_ACTOR: "ada" };
      return await startLateen(["promote", "--sha", sha], { cwd: folder.path, env }).ended;
    };
    const seen = new Map<string, number>();
    for (let round = 0; round < rounds; round++) {
      const [older, newer] = [await release(`older ${round}`), await release(`newer ${round}`)];
      const ran = await Promise.all([promote(older.sha), promote(newer.sha)]);
      const codes = ran.map(({ code }) => code).join(" ");
      seen.set(codes, (seen.get(codes) ?? 0) + 1);
      const tags = await Promise.all(registries.map(({ host }) => latest(host)));
      const told = `round ${round}, exits ${codes}\n${ran.map(({ stderr }) => stderr).join("\n")}`;
      expect(tags, told).toEqual([newer.digest, newer.digest]);
      // The older one is shipped or superseded (0), or refused (3); the newer one is always shipped.
      expect(["0 0", "3 0"], told).toContain(codes);
    }
    const commits = (await repository.git("log", "--format=%P", "refs/lateen/latest")).trimEnd().split("\n");
    expect(commits.every((parents) => !parents.includes(" "))).toBe(true);
    expect(seen.size).toBeGreaterThan(0);
    await Promise.all([forge.close(), repository.close(), ...registries.map((registry) => registry.close())]);
    folder.remove();
  },
  900_000,
);

async function latest(host: string): Promise<string | undefined> {
  const reading = await createOciRegistry({ host }).resolve(parseImageRef(`${host}/acme/platform:latest`));
  return reading.kind === "found" ? reading.value.digest : undefined;
}

function configText(forge: string, remote: string, registries: readonly DockerRegistry[]): string {
  return `
forge: { kind: gitea, url: "${forge}", repository: acme/core, token: { env: GITEA_TOKEN } }
release: { candidate: "staging-{sha7}", images: [${registries.map(({ host }) => `"${host}/acme/platform"`).join(", ")}] }
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
