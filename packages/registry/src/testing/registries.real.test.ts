import { parseImageRef } from "@lateen/kernel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRegistries } from "../index.ts";
import { createOciRegistry } from "../oci/index.ts";
import { imageShapes } from "./image-shapes.ts";
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
  readonly start: (program: string) => Promise<DockerRegistry>;
  /** Shapes that it refuses, by its own words, whichever client sends them (crane, regctl and oras fail alike). */
  readonly refuses: readonly string[];
}

const vendor = ["a foreign layer that its vendor keeps", "a nondistributable layer that the source stores"];
const cache = "a build cache, whose entries are blobs";
const odd = "annotations that are null or numbers";

const withArguments = (args: RegistryProgram["arguments"]) => async (program: string) =>
  await startRegistryProgram({ program, arguments: args });
const asDocker = async (program: string) => await startDockerRegistry({ program });

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
    refuses: ["a foreign layer that its vendor keeps", cache, odd],
  },
];

describe.each(registries)("$name", ({ name, program, start, refuses }) => {
  const isThere = program !== undefined || env["CI"] === "true";
  const described = isThere ? describe : describe.skip;
  let registry: DockerRegistry | undefined;
  let from: FakeRegistry | undefined;
  const started = async () => (registry ??= await start(program ?? "is missing"));
  beforeAll(async () => void (from = await startRegistry()));
  afterAll(async () => void (await Promise.all([registry?.close(), from?.close()])));

  describeRegistryContract(
    name,
    async () => {
      const { host } = await started();
      return { registry: openRegistries(), host, seed: (recipe) => pushImage({ host }, recipe) };
    },
    { describe: described, test },
  );

  described("every shape is copied and read back child by child", () => {
    test.each(imageShapes.map((shape, index) => ({ ...shape, index })))(
      "$name",
      async ({ name: shape, seed, copy, index }) => {
        const { host } = await started();
        if (from === undefined) throw new Error("the source is not there");
        const seeded = await seed(from.store, `shapes/source-${index}`);
        const source = parseImageRef(`${from.host}/shapes/source-${index}@${seeded.digest}`);
        const mirror = parseImageRef(`${host}/shapes/mirror-${index}`).repository;
        const verdict = await openRegistries().copy(source, mirror);
        const isRefused = copy === "refused" || refuses.includes(shape);
        if (isRefused) return expect(verdict).toMatchObject({ kind: "stop", outcome: "refused" });
        expect(verdict).toMatchObject({ kind: "go", value: { digest: seeded.digest } });
        const { content, manifest } = createOciRegistry({ host });
        for (const digest of seeded.manifests)
          expect(await manifest(parseImageRef(`${mirror}@${digest}`)), digest).toMatchObject({ kind: "found" });
        for (const digest of seeded.blobs)
          expect(await content.has(mirror, "blob", digest), digest).toMatchObject({ kind: "found" });
      },
    );
  });
});
