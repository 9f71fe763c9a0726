import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { parseImageRef, secret } from "@lateen/kernel";
import { afterEach, describe, expect, test } from "vitest";
import { openRegistries, retag } from "../index.ts";
import { clock, closeServers, listen, password, robot } from "../testing/retag-world.ts";
import { seedImage } from "../testing/seed-image.ts";
import { type FakeRegistry, startRegistry, type StartRegistryOptions } from "../testing/start-registry.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  await closeServers();
});

async function start(options: StartRegistryOptions = {}): Promise<FakeRegistry> {
  const registry = await startRegistry(options);
  closing.push(registry.close);
  return registry;
}

const recipe = { repository: "acme/platform", tags: ["one"], revision: "a".repeat(40) };

describe("the address of an upload is vetted before a byte is sent", () => {
  const seen: string[] = [];
  const stranger = createServer((request, response) => {
    seen.push(request.headers.authorization ?? "none");
    request.resume().on("end", () => response.writeHead(201).end());
  });

  test.each([
    ["a link-local address", "http://169.254.169.254/upload", /link-local/],
    ["a private address", "http://10.0.0.7/upload", /private/],
    ["plain http on another host", "http://store.example.com/upload", /plain http/],
    ["an address with a password", "http://u:p@127.0.0.1/upload", /user or password/],
  ])("%s is refused", async (_name, location, reason) => {
    const [from, into] = [await start(), await start()];
    const { digest } = await seedImage(from, recipe);
    const fault = { kind: "headers", headers: { location } } as const;
    into.misbehave({ when: ({ method, path }) => method === "POST" && path.includes("/uploads/"), fault });
    const target = parseImageRef(`${into.host}/acme/mirror`).repository;
    const verdict = await openRegistries({ clock }).copy(parseImageRef(`${from.host}/acme/platform@${digest}`), target);
    expect(verdict).toMatchObject({ kind: "stop", outcome: "unknown", reason: expect.stringMatching(reason) });
    expect(into.requests.filter(({ method }) => method === "PUT")).toEqual([]);
  });

  test("another origin that is allowed gets the bytes without the token", async () => {
    const url = await listen(stranger);
    const [from, into] = [await start(), await start({ auth: { users: { robot: password } } })];
    const { digest } = await seedImage(from, recipe);
    const fault = { kind: "headers", headers: { location: `${url}/upload` } } as const;
    into.misbehave({ when: ({ method, path }) => method === "POST" && path.includes("/uploads/"), fault });
    const registries = openRegistries({ clock, registries: { [into.host]: robot } });
    const target = parseImageRef(`${into.host}/acme/mirror`).repository;
    await registries.copy(parseImageRef(`${from.host}/acme/platform@${digest}`), target);
    expect(new Set(seen)).toEqual(new Set(["none"]));
  });
});

describe("token services", () => {
  /** A service on another host name that knows the registry as `container_registry` only, as GitLab's does. */
  async function gitlab() {
    const asked: string[] = [];
    const service = createServer((request, response) => {
      const url = new URL(request.url ?? "/", "http://x");
      asked.push(`${request.method ?? ""} ${url.searchParams.get("service") ?? ""}`);
      void fetch(`${registry.url}/token${url.search}`, {
        headers: request.headers.authorization ? { authorization: request.headers.authorization } : {},
      }).then(async (answer) =>
        url.searchParams.get("service") === "container_registry"
          ? response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text())
          : response.writeHead(404).end(),
      );
    });
    const realm = `${(await listen(service)).replace("127.0.0.1", "localhost")}/jwt/auth`;
    const registry = await start({ auth: { users: { robot: password }, realm, service: "container_registry" } });
    await seedImage(registry, recipe);
    const source = parseImageRef(`${registry.host}/acme/platform:one`);
    return { registry, realm, source, asked };
  }

  test("the advice of the refusal, followed to the letter, works", async () => {
    const { registry, realm, source, asked } = await gitlab();
    const refused = await openRegistries({ clock, registries: { [registry.host]: robot } })
      .resolve(source)
      .then((reading) => (reading.kind === "unknown" ? reading.cause : undefined));
    expect(refused).toMatchObject({
      code: "REGISTRY_REALM_REFUSED",
      fix: expect.stringContaining(`registries.${registry.host}.realm`),
    });
    expect(asked).toEqual([]);
    const entry = { ...robot, realm: refused?.why ?? "" };
    expect(entry.realm).toBe(realm);
    const advised = openRegistries({ clock, registries: { [registry.host]: entry } });
    expect(await advised.resolve(source)).toMatchObject({ kind: "found" });
    expect(asked).toEqual(["GET container_registry"]);
  });

  test("a password that was refused once is not sent a second time", async () => {
    const { registry, realm, source, asked } = await gitlab();
    const entry = { ...robot, realm, service: "another" };
    const reading = await openRegistries({ clock, registries: { [registry.host]: entry } }).resolve(source);
    expect(reading).toMatchObject({
      kind: "unknown",
      cause: { category: "auth", fix: expect.stringContaining("service") },
    });
    expect(asked).toEqual(["GET another"]);
  });

  test("a token for the registry itself is used, and no service is asked", async () => {
    const stranger = createServer((_request, response) => void response.end("{}"));
    const realm = `${(await listen(stranger)).replace("127.0.0.1", "localhost")}/token`;
    const asked: unknown[] = [];
    stranger.on("request", (request) => asked.push(request));
    const registry = await start({ auth: { users: { robot: password }, realm } });
    await seedImage(registry, recipe);
    const basic = `Basic ${Buffer.from(`robot:${password}`).toString("base64")}`;
    const scope = "repository:acme/platform:pull";
    const answer = await fetch(`${registry.url}/token?scope=${scope}`, { headers: { authorization: basic } });
    const { token } = (await answer.json()) as { token: string };
    const env = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [registry.host]: { registrytoken: token } } }) };
    const registries = openRegistries({ clock, env });
    expect(await registries.resolve(parseImageRef(`${registry.host}/acme/platform:one`))).toMatchObject({
      kind: "found",
    });
    expect(asked).toEqual([]);
  });

  test("credentials of a namespace are used for its repositories only", async () => {
    const registry = await start({ auth: { users: { robot: password } } });
    await seedImage(registry, recipe);
    await seedImage(registry, { ...recipe, repository: "other/platform" });
    const auth = Buffer.from(`robot:${password}`).toString("base64");
    const env = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [`${registry.host}/acme`]: { auth } } }) };
    const registries = openRegistries({ clock, env });
    const resolve = (repository: string) => registries.resolve(parseImageRef(`${registry.host}/${repository}:one`));
    expect(await resolve("acme/platform")).toMatchObject({ kind: "found" });
    expect(await resolve("other/platform")).toMatchObject({ kind: "unknown", cause: { category: "auth" } });
  });
});

test.each([["bearer"], ["basic"]] as const)(
  "%s: logged in without the right to push is said apart from not logged in",
  async (scheme) => {
    const registry = await start({ auth: { users: { robot: { password, access: "pull" } }, scheme } });
    await seedImage(registry, { ...recipe, tags: ["one"] });
    await seedImage(registry, { ...recipe, tags: ["latest"], revision: "b".repeat(40) });
    const source = parseImageRef(`${registry.host}/acme/platform:one`);
    const run = (entry: object) =>
      retag(
        { source, targets: ["latest"] },
        { registries: openRegistries({ clock, registries: { [registry.host]: entry } }), clock },
      );
    await expect(run(robot)).rejects.toMatchObject({
      category: "auth",
      message: expect.stringContaining("may not push to acme/platform"),
    });
    await expect(run({})).rejects.toMatchObject({ category: "auth", fix: expect.stringContaining("log in") });
    await expect(run({ ...robot, password: secret("wrong") })).rejects.toMatchObject({ category: "auth" });
  },
);

test("a registry under a path of its endpoint is reached there, uploads and pages of tags too", async () => {
  const prefix = "/artifactory/api/docker/local";
  const [from, registry] = [await start(), await start({ quirks: { prefix } })];
  const { digest } = await seedImage(from, recipe);
  for (const endpoint of [`${registry.url}${prefix}`, `${registry.url}${prefix}/`, `${registry.url}${prefix}/v2/`]) {
    const registries = openRegistries({ clock, registries: { "docker.example.com": { endpoint } } });
    const target = parseImageRef(`docker.example.com/acme/mirror`).repository;
    const source = parseImageRef(`${from.host}/acme/platform@${digest}`);
    expect(await registries.copy(source, target)).toMatchObject({ kind: "go" });
    for (const tag of ["a", "b", "c"]) registry.store.setTag("acme/mirror", tag, digest);
    expect(await registries.listTags?.(target, 3)).toMatchObject({ kind: "found", value: { tags: ["a", "b", "c"] } });
  }
});

test("a source by its sha512 is compared by its bytes", async () => {
  const registry = await start();
  const { bytes, digest, mediaType } = await seedImage(registry, recipe);
  const other = `sha512:${createHash("sha512").update(bytes).digest("hex")}`;
  registry.store.repository("acme/platform").manifests.set(other, { bytes, mediaType });
  const source = parseImageRef(`${registry.host}/acme/platform@${other}`);
  const run = () => retag({ source, targets: ["latest"] }, { registries: openRegistries({ clock }), clock });
  expect(await run()).toMatchObject({
    kind: "go",
    value: { digest, images: [{ tags: [{ action: "created", after: digest }] }] },
  });
  expect(await run()).toMatchObject({ kind: "go", value: { images: [{ tags: [{ action: "unchanged" }] }] } });
});

test("a right that is refused with a Basic challenge is no login that failed, and no password follows", async () => {
  const registry = await start({ auth: { users: { robot: password } } });
  await seedImage(registry, { ...recipe, tags: ["one"] });
  // Gitea, reqPackageAccess.
  registry.misbehave({
    when: ({ method, path }) => method === "PUT" && path.includes("/manifests/"),
    fault: {
      kind: "answer",
      status: 401,
      headers: { "www-authenticate": 'Basic realm="Gitea Package API"', "content-type": "text/plain" },
      body: "reqPackageAccess\n",
    },
  });
  const source = parseImageRef(`${registry.host}/acme/platform:one`);
  const registries = openRegistries({ clock, registries: { [registry.host]: robot } });
  await expect(retag({ source, targets: ["latest"] }, { registries, clock })).rejects.toMatchObject({
    code: "REGISTRY_DENIED",
    message: expect.stringContaining("may not push to acme/platform"),
  });
  const writes = registry.requests.filter(({ method }) => method === "PUT");
  expect(writes.map(({ authorization }) => authorization)).toEqual(["bearer"]);
});
