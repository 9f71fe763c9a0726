import { parseImageRef, secret, systemClock } from "@lateen/kernel";
import { afterEach, expect, test } from "vitest";
import { openRegistries, retag } from "./index.ts";
import { type FakeRegistry, seedImage, startRegistry } from "./testing/index.ts";
import { type StartRegistryOptions } from "./testing/start-registry.ts";

const sha = "abcdef1234567890abcdef1234567890abcdef12";
const open: FakeRegistry[] = [];
afterEach(async () => void (await Promise.all(open.splice(0).map((registry) => registry.close()))));

async function world(options: StartRegistryOptions = {}) {
  const registry = await startRegistry(options);
  open.push(registry);
  const image = await seedImage(registry, {
    repository: "acme/platform",
    tags: ["staging-abcdef1"],
    revision: sha,
    attestations: true,
  });
  const older = await seedImage(registry, { repository: "acme/platform", tags: ["latest"], revision: "0".repeat(40) });
  const source = parseImageRef(`${registry.host}/acme/platform:staging-abcdef1`);
  return { registry, image, older, source };
}

const users = { robot: "s3cret-robot" };
const robot = { username: "robot", password: secret("s3cret-robot") };

test("a tag moves in four sequential round trips where the realm is known", async () => {
  const { registry, image, older, source } = await world({ auth: { users } });
  const entry = { ...robot, realm: `${registry.url}/token`, service: "registry" };
  const registries = openRegistries({ registries: { [registry.host]: entry } });
  const verdict = await retag({ source, targets: ["latest"] }, { registries, clock: systemClock });
  expect(verdict).toMatchObject({
    kind: "go",
    value: {
      digest: image.digest,
      changed: true,
      images: [{ tags: [{ tag: "latest", before: older.digest, after: image.digest, action: "moved" }] }],
    },
  });
  expect(registry.store.tag("acme/platform", "latest")).toBe(image.digest);
  expect(registry.requests.map(({ method }) => method)).toEqual(["GET", "GET", "GET", "PUT", "HEAD"]);
});

test("one more where it is not: the first request doubles as the challenge", async () => {
  const { registry, source } = await world({ auth: { users } });
  const registries = openRegistries({ registries: { [registry.host]: robot } });
  await retag({ source, targets: ["latest"] }, { registries, clock: systemClock });
  expect(registry.requests.map(({ method, status }) => `${method} ${status}`)).toEqual([
    "GET 401",
    "GET 200",
    "GET 200",
    "GET 200",
    "PUT 201",
    "HEAD 200",
  ]);
  expect(registry.requests.filter(({ path }) => path === "/token")).toHaveLength(1);
});

test("a tag that is right already takes two requests and no write", async () => {
  const { registry, image, older } = await world({ auth: { users } });
  const entry = { ...robot, realm: `${registry.url}/token`, service: "registry" };
  const registries = openRegistries({ registries: { [registry.host]: entry } });
  const source = parseImageRef(`${registry.host}/acme/platform@${older.digest}`);
  const verdict = await retag({ source, targets: ["latest"] }, { registries, clock: systemClock });
  expect(verdict).toMatchObject({
    kind: "go",
    value: { changed: false, images: [{ tags: [{ action: "unchanged" }] }] },
  });
  expect(registry.requests.map(({ method, path }) => `${method} ${path.split("/").at(-1) ?? ""}`)).toEqual([
    "GET token",
    "GET latest",
  ]);
  expect(image.digest).not.toBe(older.digest);
});

test("a source that does not exist is refused, and nothing is written", async () => {
  const { registry } = await world();
  const verdict = await retag(
    { source: parseImageRef(`${registry.host}/acme/platform:nowhere`), targets: ["latest"] },
    { registries: openRegistries(), clock: systemClock },
  );
  expect(verdict).toMatchObject({ kind: "stop", outcome: "refused" });
  expect(registry.requests.some(({ method }) => method === "PUT")).toBe(false);
});

test("content is copied where the tag lives in another registry", async () => {
  const { source, image } = await world();
  const other = await startRegistry({ auth: { users } });
  open.push(other);
  const registries = openRegistries({ registries: { [other.host]: robot } });
  const target = parseImageRef(`${other.host}/acme/mirror:latest`);
  const verdict = await retag({ source, targets: [target] }, { registries, clock: systemClock });
  expect(verdict).toMatchObject({
    kind: "go",
    value: { images: [{ copied: true, tags: [{ action: "created", after: image.digest }] }] },
  });
  expect(other.store.tag("acme/mirror", "latest")).toBe(image.digest);
});
