import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseImageRef, type Repository, secret } from "@lateen/kernel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { odd, type OpenRegistry, realRegistries } from "../../test/real-registries.ts";
import { openRegistries } from "../index.ts";
import { createOciRegistry } from "../oci/index.ts";
import { imageShapes, type SeededShape } from "./image-shapes.ts";
import { pushImage } from "./push-image.ts";
import { describeRegistryContract } from "./registry-contract.ts";
import { type FakeRegistry, startRegistry } from "./start-registry.ts";

const { env } = globalThis.process;

const run = promisify(execFile);

/** Other clients, as a command that copies `source` to `target`. A registry without TLS is named to each in its own way. */
const peers: readonly {
  readonly program: string | undefined;
  readonly copy: (source: string, target: string, hosts: readonly string[]) => readonly string[];
}[] = [
  { program: env["LATEEN_REAL_CRANE"], copy: (source, target) => ["cp", "--insecure", source, target] },
  {
    program: env["LATEEN_REAL_REGCTL"],
    copy: (source, target, hosts) => [
      ...hosts.flatMap((host) => ["--host", `reg=${host},tls=disabled`]),
      "image",
      "copy",
      source,
      target,
    ],
  },
  {
    program: env["LATEEN_REAL_ORAS"],
    copy: (source, target) => ["cp", "--from-plain-http", "--to-plain-http", source, target],
  },
  {
    program: env["LATEEN_REAL_SKOPEO"],
    copy: (source, target) => [
      "copy",
      "--all",
      "--preserve-digests",
      "--insecure-policy",
      "--src-tls-verify=false",
      "--dest-tls-verify=false",
      `docker://${source}`,
      `docker://${target}`,
    ],
  },
];

describe.each(realRegistries)("$name", ({ name, program, start, refuses }) => {
  const isThere = program !== undefined || env["CI"] === "true";
  const described = isThere ? describe : describe.skip;
  let registry: Promise<OpenRegistry> | undefined;
  let from: FakeRegistry | undefined;
  let folder = "";
  const started = () => (registry ??= start(program ?? "is missing"));
  /** Makes a client of the registry. */
  const clientOf = ({ host, login }: OpenRegistry) => {
    const entry = login === undefined ? {} : { username: login.username, password: secret(login.password) };
    return { host, entry, registries: openRegistries({ registries: { [host]: entry } }) };
  };
  beforeAll(async () => {
    from = await startRegistry();
    folder = await mkdtemp(join(tmpdir(), "lateen-clients-"));
  });
  afterAll(async () => {
    await Promise.all([registry?.then(({ close }) => close()), from?.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  describeRegistryContract(
    name,
    async () => {
      const { host, entry, registries: registryClient } = clientOf(await started());
      return { registry: registryClient, host, seed: (recipe) => pushImage({ host, ...entry }, recipe) };
    },
    { describe: described, test },
  );

  /** Parts of a shape that are not readable in a repository. */
  async function missingIn(mirror: Repository, seeded: SeededShape): Promise<readonly string[]> {
    const { host, entry } = clientOf(await started());
    const { content, manifest } = createOciRegistry({ host, entry });
    const looks = [
      ...seeded.manifests.map(async (digest) => ({
        digest,
        ...(await manifest(parseImageRef(`${mirror}@${digest}`))),
      })),
      ...seeded.blobs.map(async (digest) => ({ digest, ...(await content.has(mirror, "blob", digest)) })),
    ];
    return (await Promise.all(looks)).flatMap(({ digest, kind }) => (kind === "found" ? [] : [digest]));
  }

  /** Other clients that copy the shape whole. */
  async function whoCopies(source: string, mirror: string, seeded: SeededShape): Promise<readonly string[]> {
    const { host, login } = await started();
    const auth = Buffer.from(`${login?.username ?? ""}:${login?.password ?? ""}`).toString("base64");
    const auths = login === undefined ? {} : { [host]: { auth } };
    const home = await mkdtemp(join(folder, "home-"));
    await writeFile(join(home, "config.json"), JSON.stringify({ auths }));
    const clientEnv = { PATH: env["PATH"], HOME: home, DOCKER_CONFIG: home, XDG_RUNTIME_DIR: home };
    const looks = peers.map(async ({ program: client, copy }, at) => {
      if (client === undefined) return [];
      const { repository } = parseImageRef(`${mirror}-${at}`);
      const args = copy(source, `${repository}:latest`, [host, parseImageRef(source).host ?? ""]);
      const isDone = await run(client, [...args], { env: clientEnv, timeout: 60_000 }).then(
        () => true,
        () => false,
      );
      return isDone && (await missingIn(repository, seeded)).length === 0 ? [client] : [];
    });
    return (await Promise.all(looks)).flat();
  }

  described("every shape is copied and read back child by child", () => {
    // Side by side: a client that is refused waits and tries again for up to 15 seconds.
    test.concurrent.each(imageShapes.map((shape, index) => ({ ...shape, index })))(
      "$name",
      async ({ name: shape, seed, copy, index }) => {
        const { host, registries: registryClient } = clientOf(await started());
        if (from === undefined) throw new Error("the source is not there");
        const seeded = await seed(from.store, `shapes/source-${index}`);
        const source = parseImageRef(`${from.host}/shapes/source-${index}@${seeded.digest}`);
        const mirror = parseImageRef(`${host}/shapes/mirror-${index}`).repository;
        const verdict = await registryClient.copy(source, mirror);
        if (copy === "refused" || refuses.includes(shape)) {
          // Gitea answers 500 to what it cannot read, which says nothing about the image.
          const outcome: unknown = name === "Gitea" && shape === odd ? "unknown" : "refused";
          expect(verdict).toMatchObject({ kind: "stop", outcome });
          // If another client succeeds and this one does not, it is a fault; a source that is not whole cannot be copied whole.
          const named = `${source.repository}@${seeded.digest}`;
          return expect(copy === "refused" ? [] : await whoCopies(named, mirror, seeded)).toEqual([]);
        }
        expect(verdict).toMatchObject({ kind: "go", value: { digest: seeded.digest } });
        expect(await missingIn(mirror, seeded)).toEqual([]);
      },
    );
  });
});
