import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startGitea } from "@lateen/git-log/testing";
import { parseImageRef, type Repository, secret } from "@lateen/kernel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRegistries } from "../index.ts";
import { createOciRegistry } from "../oci/index.ts";
import { imageShapes, type SeededShape } from "./image-shapes.ts";
import { pushImage } from "./push-image.ts";
import { describeRegistryContract } from "./registry-contract.ts";
import {
  type DockerRegistry,
  type RegistryProgram,
  startDockerRegistry,
  startRegistryProgram,
} from "./start-docker-registry.ts";
import { type FakeRegistry, startRegistry } from "./start-registry.ts";

const { env } = globalThis.process;

/** Registries that others wrote. What is missing fails in CI and is skipped, with its name, on a desk. */
interface RealRegistry {
  readonly name: string;
  readonly program: string | undefined;
  readonly start: (program: string) => Promise<OpenRegistry>;
  /** Shapes that it refuses, by its own words, whichever client sends them. */
  readonly refuses: readonly string[];
}

/** A registry that runs, and who may write there. */
type OpenRegistry = Pick<DockerRegistry, "host" | "close"> & {
  readonly login?: { readonly username: string; readonly password: string };
};

const cache = "a build cache, whose entries are blobs";
const odd = "annotations that are null or numbers";
const sha512 = "a config and a layer with sha512 digests";
const foreign = "a foreign layer that its vendor keeps";
const vendor = [foreign, "a nondistributable layer that the source stores"];

const withArguments = (args: RegistryProgram["arguments"]) => async (program: string) =>
  await startRegistryProgram({ program, arguments: args });
const asDocker = async (program: string) => await startDockerRegistry({ program });

/** Gitea's own registry; the first part of a path is an owner, which has to exist. */
async function asGitea(program: string): Promise<OpenRegistry> {
  const gitea = await startGitea(program);
  for (const username of ["shapes", "contract"]) await gitea.api("POST", "/orgs", { username });
  const login = { username: gitea.user, password: gitea.token };
  return { host: new URL(gitea.url).host, login, close: gitea.close };
}

const registries: readonly RealRegistry[] = [
  {
    name: "distribution 3",
    program: env["LATEEN_REAL_DISTRIBUTION"],
    start: asDocker,
    refuses: [...vendor, cache, odd],
  },
  {
    name: "docker-registry 2",
    program: env["LATEEN_REAL_DOCKER_REGISTRY"],
    start: asDocker,
    refuses: [...vendor, odd],
  },
  {
    name: "crane registry serve",
    program: env["LATEEN_REAL_CRANE"],
    start: withArguments((address) => ["registry", "serve", "--address", address]),
    refuses: [],
  },
  {
    name: "ociregistry",
    program: env["LATEEN_REAL_OCIREGISTRY"],
    start: withArguments((address) => [address]),
    refuses: [foreign, cache, odd, sha512],
  },
  {
    name: "Gitea",
    program: env["LATEEN_REAL_GITEA"],
    start: asGitea,
    refuses: [foreign, cache, odd, sha512, "a nested index"],
  },
];

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

describe.each(registries)("$name", ({ name, program, start, refuses }) => {
  const isThere = program !== undefined || env["CI"] === "true";
  const described = isThere ? describe : describe.skip;
  let registry: OpenRegistry | undefined;
  let from: FakeRegistry | undefined;
  let folder = "";
  const started = async () => (registry ??= await start(program ?? "is missing"));
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
    await Promise.all([registry?.close(), from?.close()]);
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
    await writeFile(join(folder, "config.json"), JSON.stringify({ auths }));
    const clientEnv = { PATH: env["PATH"], HOME: folder, DOCKER_CONFIG: folder, XDG_RUNTIME_DIR: folder };
    const able: string[] = [];
    for (const [at, { program: client, copy }] of peers.entries()) {
      if (client === undefined) continue;
      const { repository } = parseImageRef(`${mirror}-${at}`);
      const args = copy(source, `${repository}:latest`, [host, parseImageRef(source).host ?? ""]);
      const isDone = await run(client, [...args], { env: clientEnv, timeout: 60_000 }).then(
        () => true,
        () => false,
      );
      if (isDone && (await missingIn(repository, seeded)).length === 0) able.push(client);
    }
    return able;
  }

  described("every shape is copied and read back child by child", () => {
    test.each(imageShapes.map((shape, index) => ({ ...shape, index })))(
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
