import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseImageRef, secret, systemClock } from "@lateen/kernel";
import { afterAll, describe, expect, test } from "vitest";
import { openRegistries, retag } from "../index.ts";
import {
  describeRegistryContract,
  pushImage,
  seedImage,
  startDockerRegistry,
  startRegistry,
  startTokenService,
} from "./index.ts";
import type { ContractSubject } from "./registry-contract.ts";

// A missing server fails in CI and is skipped, with its name, on a desk.
const { env } = globalThis.process;
const program = env["LATEEN_REAL_DOCKER_REGISTRY"] || "docker-registry";
const run = promisify(execFile);
const has = async (name: string): Promise<boolean> =>
  await run(name, ["--version"])
    .then(() => true)
    .catch(() => env["CI"] === "true");
const hasRegistry = await has(program);
const hasSkopeo = await has("skopeo");
const closing: (() => Promise<void>)[] = [];
afterAll(async () => void (await Promise.all(closing.map((close) => close()))));

const robot = { username: "robot", password: secret("s3cret") };

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

const openRegistry = once(async () => {
  const registry = await startDockerRegistry({ program });
  closing.push(registry.close);
  return registry;
});

const guardedRegistry = once(async () => {
  const tokens = await startTokenService({ users: { robot: "s3cret" } });
  const registry = await startDockerRegistry({ program, auth: tokens });
  closing.push(registry.close, tokens.close);
  return { registry, tokens };
});

const runner = { describe: hasRegistry ? describe : describe.skip, test, expect };
describeRegistryContract(
  "docker-registry, open",
  async (): Promise<ContractSubject> => {
    const { host } = await openRegistry();
    return { registry: openRegistries(), host, seed: (recipe) => pushImage({ host }, recipe) };
  },
  runner,
);
describeRegistryContract(
  "docker-registry, with tokens",
  async (): Promise<ContractSubject> => {
    const { registry, tokens } = await guardedRegistry();
    const registries = { [registry.host]: { ...robot, realm: tokens.realm, service: "registry" } };
    return {
      registry: openRegistries({ registries }),
      host: registry.host,
      seed: (recipe) => pushImage({ host: registry.host, ...robot }, recipe),
    };
  },
  runner,
);

const lockedRegistry = once(async () => {
  // Of "s3cret", by golang.org/x/crypto/bcrypt with cost 5.
  const htpasswd = "robot:$2a$05$dWBqfiZUZo7jdBbdiHoHWuZnD0NSk8iI83iPUW8UEHk04eDvTCL.K\n";
  const registry = await startDockerRegistry({ program, htpasswd });
  closing.push(registry.close);
  return registry;
});
describeRegistryContract(
  "docker-registry, with htpasswd",
  async (): Promise<ContractSubject> => {
    const { host } = await lockedRegistry();
    const registries = { [host]: robot };
    return {
      registry: openRegistries({ registries }),
      host,
      seed: (recipe) => pushImage({ host, ...robot }, recipe),
    };
  },
  runner,
);

describe.skipIf(!hasRegistry)("docker-registry", () => {
  test("a tag moves from one real registry to another", async () => {
    const [{ host }, { registry }] = await Promise.all([openRegistry(), guardedRegistry()]);
    const image = await pushImage(
      { host },
      { repository: "acme/platform", tags: ["staging-abcdef1"], revision: "a".repeat(40), attestations: true },
    );
    const registries = openRegistries({ registries: { [registry.host]: robot } });
    const targets = [parseImageRef(`${registry.host}/acme/mirror:latest`)];
    const source = parseImageRef(`${host}/acme/platform:staging-abcdef1`);
    const verdict = await retag({ source, targets }, { registries, clock: systemClock });
    expect(verdict).toMatchObject({
      kind: "go",
      value: { images: [{ copied: true, tags: [{ action: "created", after: image.digest }] }] },
    });
  });

  test.each([
    ["tokens", async () => (await guardedRegistry()).registry],
    ["htpasswd", lockedRegistry],
  ] as const)("a wrong password is an error of credentials, with %s", async (_, start) => {
    const registry = await start();
    const registries = openRegistries({ registries: { [registry.host]: { ...robot, password: secret("wrong") } } });
    const source = parseImageRef(`${registry.host}/acme/platform:any`);
    await expect(retag({ source, targets: ["latest"] }, { registries, clock: systemClock })).rejects.toMatchObject({
      category: "auth",
    });
  });
});

describe.skipIf(!hasSkopeo)("skopeo as a client of the in-process registry", () => {
  test("it reads, copies in and copies out byte for byte", async () => {
    const fake = await startRegistry({ auth: { users: { robot: "s3cret" } } });
    closing.push(fake.close);
    const folder = await mkdtemp(join(tmpdir(), "lateen-skopeo-"));
    closing.push(() => rm(folder, { recursive: true, force: true }));
    const image = await seedImage(fake, {
      repository: "acme/platform",
      tags: ["one"],
      revision: "a".repeat(40),
      attestations: true,
    });
    const creds = "robot:s3cret";
    const at = (name: string): string => `docker://${fake.host}/acme/${name}`;
    const raw = await run("skopeo", ["inspect", "--raw", "--tls-verify=false", "--creds", creds, at("platform:one")], {
      encoding: "buffer",
    });
    expect(Buffer.compare(raw.stdout, image.bytes)).toBe(0);
    const flags = [
      "--all",
      "--preserve-digests",
      "--insecure-policy",
      "--src-tls-verify=false",
      "--dest-tls-verify=false",
    ];
    await run("skopeo", ["copy", ...flags, "--src-creds", creds, at("platform:one"), `dir:${folder}/image`]);
    await run("skopeo", ["copy", ...flags, "--dest-creds", creds, `dir:${folder}/image`, at("again:two")]);
    expect(fake.store.tag("acme/again", "two")).toBe(image.digest);
  });
});
