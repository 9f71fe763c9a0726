import { type ImageRef, parseImageRef, secret } from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import { afterEach, expect, test } from "vitest";
import { type FakeRegistry, seedImage, startRegistry } from "../../testing/index.ts";
import type { RegistryAuth } from "../../testing/token-auth.ts";
import { createOciRegistry } from "../index.ts";
import { isGrantedBy } from "./granted-by.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => void (await Promise.all(closing.splice(0).map((close) => close()))));

const clock = createScaledClock({ factor: 20 });
const paths = ["acme/a", "acme/b", "acme/c"];

interface World {
  readonly fake: FakeRegistry;
  readonly refs: readonly ImageRef[];
  readonly registry: ReturnType<typeof createOciRegistry>;
  /** Scopes of each token that was asked for. */
  tokens(): readonly (readonly string[])[];
}

async function start(auth: Partial<RegistryAuth> = {}, announced: readonly string[] = paths): Promise<World> {
  const fake = await startRegistry({ auth: { users: { robot: "s3cret" }, ...auth } });
  closing.push(fake.close);
  for (const repository of paths) await seedImage(fake, { repository, tags: ["one"], revision: "a".repeat(40) });
  const entry = { username: "robot", password: secret("s3cret") };
  const registry = createOciRegistry({ host: fake.host, clock, entry });
  const refs = paths.map((path) => parseImageRef(`${fake.host}/${path}:one`));
  for (const { path, repository } of refs) if (announced.includes(path)) registry.expectWrites?.(repository);
  const tokens = () =>
    fake.requests
      .filter(({ path }) => path === "/token")
      .map(({ query }) => new URLSearchParams(query).getAll("scope").map((scope) => scope.replace("repository:", "")));
  return { fake, refs, registry, tokens };
}

const all = paths.map((path) => `${path}:pull,push`);
const readAll = async ({ refs, registry }: World): Promise<readonly string[]> =>
  (await Promise.all(refs.map((ref) => registry.resolve(ref)))).map(({ kind }) => kind);

test("one token serves all repositories that will be written", async () => {
  const world = await start();
  expect(await readAll(world)).toEqual(["found", "found", "found"]);
  expect(world.tokens()).toEqual([all]);
});

test("a repository that is only read has a token of its own", async () => {
  const world = await start({}, paths.slice(0, 2));
  await readAll(world);
  expect(world.tokens().map(String).toSorted()).toEqual(["acme/a:pull,push", "acme/b:pull,push", "acme/c:pull"]);
});

test("tokens that do not say what they allow are asked for one by one", async () => {
  const world = await start({ tokens: "opaque" });
  expect(await readAll(world)).toEqual(["found", "found", "found"]);
  expect(world.tokens()).toEqual([all, ...all.map((scope) => [scope])]);
});

test("a user who may not push reads with tokens of the single repositories", async () => {
  const world = await start({ users: { robot: { password: "s3cret", access: "pull" } } });
  expect(await readAll(world)).toEqual(["found", "found", "found"]);
});

test("where the registry does not take the shared token for one repository, that one gets its own", async () => {
  const world = await start();
  const scope = "repository:acme/b:pull,push";
  const challenge = `Bearer realm="${world.fake.url}/token",service="registry",scope="${scope}",error="insufficient_scope"`;
  world.fake.misbehave({
    when: ({ path }) => path.includes("/acme/b/") && world.tokens().length === 1,
    fault: { kind: "answer", status: 401, headers: { "www-authenticate": challenge } },
  });
  expect(await readAll(world)).toEqual(["found", "found", "found"]);
  expect(world.tokens()).toContainEqual(["acme/b:pull,push"]);
});

const jwt = (claims: unknown): string => ["{}", JSON.stringify(claims)].map(encode).concat("signature").join(".");
const encode = (text: string): string => Buffer.from(text).toString("base64url");
const access = (actions: unknown, name = "acme/a", type = "repository"): object => ({
  access: [{ type, name, actions }],
});

test.each([
  ["both actions", jwt(access(["pull", "push"])), true],
  ["every action", jwt(access(["*"])), true],
  ["pulling only", jwt(access(["pull"])), false],
  ["another repository", jwt(access(["pull", "push"], "acme/b")), false],
  ["no repository", jwt(access(["*"], "acme/a", "registry")), false],
  ["null actions", jwt(access(null)), false],
  ["no access", jwt({ sub: "robot" }), false],
  ["no JSON", `a.${encode("nonsense")}.c`, false],
  ["an opaque token", "djE6abc", false],
])("a token of %s", (_name, token, isGranted) => {
  expect(isGrantedBy(token, "acme/a")).toBe(isGranted);
});
