import { parseImageRef, ReleaseError, type Repository, secret } from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import { afterEach, describe, expect, test } from "vitest";
import type { RegistryEvent } from "../events.ts";
import { type FakeRegistry, seedImage, startRegistry } from "../testing/index.ts";
import { type StartRegistryOptions } from "../testing/start-registry.ts";
import { createOciRegistry } from "./index.ts";
import type { RegistryAdapter } from "../model/adapter.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => void (await Promise.all(closing.splice(0).map((close) => close()))));

const clock = createScaledClock({ factor: 20 });
const auth = { users: { robot: "s3cret" } };
const entry = { username: "robot", password: secret("s3cret") };

interface World {
  readonly fake: FakeRegistry;
  readonly registry: RegistryAdapter;
  readonly events: RegistryEvent[];
  readonly repository: Repository;
  readonly ref: (tag: string) => ReturnType<typeof parseImageRef>;
}

async function world(options: StartRegistryOptions = {}): Promise<World> {
  const fake = await startRegistry(options);
  closing.push(fake.close);
  await seedImage(fake, { repository: "acme/platform", tags: ["one"], revision: "a".repeat(40) });
  const events: RegistryEvent[] = [];
  const registry = createOciRegistry({
    host: fake.host,
    clock,
    report: (event) => void events.push(event),
    ...(options.auth === undefined ? {} : { entry }),
  });
  const ref: World["ref"] = (tag) => parseImageRef(`${fake.host}/acme/platform:${tag}`);
  return { fake, registry, events, repository: ref("one").repository, ref };
}

async function manifestOf({ registry, ref }: World) {
  const reading = await registry.manifest(ref("one"));
  if (reading.kind !== "found") throw new Error("the image that was seeded is not there");
  return reading.value;
}

const putTags = async (at: World, tags: readonly string[]) => {
  const receipts = await at.registry.putTags?.(at.repository, await manifestOf(at), tags);
  return receipts?.map(({ outcome }) => outcome);
};
const puts = ({ fake }: World): string[] =>
  fake.requests
    .filter(({ method }) => method === "PUT")
    .map(({ path, query }) => (path.split("/").at(-1) ?? "").slice(0, 6) + query);

test("several tags are one request where the registry answers OCI-Tag", async () => {
  const at = await world({ multiTag: true });
  expect(await putTags(at, ["a", "b"])).toEqual(["applied", "applied"]);
  expect(puts(at)).toEqual(["sha256?tag=a&tag=b"]);
});

test("where it does not, each tag is written by its own, and it is not tried again", async () => {
  const at = await world();
  expect(await putTags(at, ["a", "b"])).toEqual(["applied", "applied"]);
  expect(await putTags(at, ["c", "d"])).toEqual(["applied", "applied"]);
  expect(puts(at).toSorted()).toEqual(["a", "b", "c", "d", "sha256?tag=a&tag=b"]);
});

test("a tag that the answer does not list is written by its own", async () => {
  const at = await world({ multiTag: true });
  at.fake.misbehave({
    when: ({ method }) => method === "PUT",
    times: 1,
    fault: { kind: "headers", headers: { "oci-tag": "a" } },
  });
  expect(await putTags(at, ["a", "b"])).toEqual(["applied", "applied"]);
  expect(puts(at)).toEqual(["sha256?tag=a&tag=b", "b"]);
});

test("after a doubtful request for several tags each is looked at, and only what is missing written", async () => {
  const at = await world({ multiTag: true });
  at.fake.misbehave({ when: ({ method }) => method === "PUT", times: 1, fault: { kind: "answer-after", status: 502 } });
  expect(await putTags(at, ["a", "b"])).toEqual(["applied", "applied"]);
  expect(puts(at)).toHaveLength(1);
});

test("twenty requests at once cost one challenge and one token", async () => {
  const { fake, registry, ref } = await world({ auth });
  await Promise.all(Array.from({ length: 20 }, () => registry.resolve(ref("one"))));
  expect(fake.requests.filter(({ status }) => status === 401)).toHaveLength(1);
  expect(fake.requests.filter(({ path }) => path === "/token")).toHaveLength(1);
});

test("a probe that fails leaves the way free for the next", async () => {
  const { fake, registry, ref } = await world({ auth });
  fake.misbehave({ when: () => true, times: 1, fault: { kind: "reset", when: "before" } });
  const readings = await Promise.all([registry.resolve(ref("one")), registry.resolve(ref("one"))]);
  expect(readings.map(({ kind }) => kind)).toEqual(["found", "found"]);
});

test("who may only read gets a token for reading, though writes were expected", async () => {
  const { fake, registry, repository, ref } = await world({ auth });
  fake.misbehave({
    when: ({ path, query }) => path === "/token" && query.includes("push"),
    fault: { kind: "answer", status: 403 },
  });
  registry.expectWrites?.(repository);
  expect(await registry.resolve(ref("one"))).toMatchObject({ kind: "found" });
  expect(await registry.resolve(ref("one"))).toMatchObject({ kind: "found" });
  expect(fake.requests.filter(({ query }) => query.includes("push"))).toHaveLength(1);
});

test("a registry that asks for more is given it once, its scope first", async () => {
  const { fake, registry, ref } = await world({ auth });
  const scope = "repository:acme/platform:pull,push,delete";
  const challenge = `Bearer realm="${fake.url}/token",service="registry",scope="${scope}",error="insufficient_scope"`;
  fake.misbehave({
    when: ({ authorization }) => authorization === "bearer",
    times: 1,
    fault: { kind: "answer", status: 401, headers: { "www-authenticate": challenge } },
  });
  expect(await registry.resolve(ref("one"))).toMatchObject({ kind: "found" });
  const asked = fake.requests
    .filter(({ path }) => path === "/token")
    .map(({ query }) => new URLSearchParams(query).getAll("scope"));
  expect(asked).toEqual([["repository:acme/platform:pull"], [scope, "repository:acme/platform:pull"]]);
});

test("the placeholder scope of another repository is not taken over", async () => {
  const { fake, registry, ref } = await world({ auth });
  const challenge = `Bearer realm="${fake.url}/token",service="registry",scope="repository:user/image:pull",error="insufficient_scope"`;
  fake.misbehave({
    when: ({ path }) => path.startsWith("/v2/"),
    times: 2,
    fault: { kind: "answer", status: 401, headers: { "www-authenticate": challenge } },
  });
  expect(await registry.resolve(ref("one"))).toMatchObject({ kind: "found" });
  expect(fake.requests.some(({ query }) => query.includes("user"))).toBe(false);
});

test("when one request has to wait, all wait", async () => {
  const { fake, registry, ref, events } = await world();
  fake.misbehave({
    when: () => true,
    times: 1,
    fault: { kind: "answer", status: 429, headers: { "retry-after": "10" } },
  });
  const first = registry.resolve(ref("one"));
  await clock.sleep(2_000);
  const begun = clock.now();
  expect(await registry.resolve(ref("one"))).toMatchObject({ kind: "found" });
  expect(clock.now() - begun).toBeGreaterThan(5_000);
  expect(await first).toMatchObject({ kind: "found" });
  expect(events.filter(({ type }) => type === "registry-waited")).toHaveLength(1);
});

test("a warning of the registry is reported once, as one harmless line", async () => {
  const { fake, registry, ref, events } = await world();
  fake.misbehave({
    when: () => true,
    fault: { kind: "headers", headers: { warning: '299 - "this image is old"' } },
  });
  await registry.resolve(ref("one"));
  await registry.resolve(ref("one"));
  expect(events.filter(({ type }) => type === "registry-warned")).toEqual([
    { type: "registry-warned", host: fake.host, text: "this image is old" },
  ]);
});

test("HEAD that says nothing of the digest is followed by GET; HEAD that is denied as well, for the reason is in the body", async () => {
  const { fake, registry, ref } = await world();
  fake.misbehave({
    when: ({ method }) => method === "HEAD",
    times: 1,
    fault: { kind: "headers", headers: { "docker-content-digest": null } },
  });
  expect(await registry.resolve(ref("one"))).toMatchObject({ kind: "found" });
  fake.misbehave({ when: ({ method }) => method === "HEAD", times: 1, fault: { kind: "answer", status: 403 } });
  fake.misbehave({
    when: ({ method }) => method === "GET",
    times: 1,
    fault: { kind: "answer", status: 403, body: "You have exceeded a secondary rate limit." },
  });
  expect(await registry.resolve(ref("one"))).toMatchObject({ kind: "found" });
  expect(fake.requests.map(({ method }) => method)).toEqual(["HEAD", "GET", "HEAD", "GET", "GET"]);
});

test.each([405, 501])("HEAD that the server does not know (%i) is followed by GET", async (status) => {
  const { fake, registry, ref } = await world();
  fake.misbehave({ when: ({ method }) => method === "HEAD", fault: { kind: "answer", status } });
  expect(await registry.resolve(ref("one"))).toMatchObject({ kind: "found" });
  expect(await registry.resolve(ref("nothing"))).toMatchObject({ kind: "absent" });
});

test.each([
  [404, undefined, "go"],
  [405, undefined, "go"],
  [404, 404, "refused"],
  [405, 400, "refused"],
  [404, 403, "REGISTRY_DENIED"],
])(
  "where uploads are answered %i and the manifest under its digest %s, the preflight ends %s",
  async (post, put, end) => {
    const { fake, registry, ref } = await world();
    const manifest = await manifestOf({ registry, ref } as World);
    fake.misbehave({ when: ({ method }) => method === "POST", fault: { kind: "answer", status: post } });
    if (put !== undefined)
      fake.misbehave({ when: ({ method }) => method === "PUT", fault: { kind: "answer", status: put } });
    const verdict = registry.preflight(ref("one").repository, manifest, ["latest"]);
    if (end === "REGISTRY_DENIED") return expect(verdict).rejects.toMatchObject({ code: end });
    expect(await verdict).toMatchObject(
      end === "go" ? { kind: "go", value: { permission: "proven" } } : { outcome: end },
    );
  },
);

const postsOf = ({ requests }: FakeRegistry): number => requests.filter(({ method }) => method === "POST").length;
const uploadsIn = ({ store }: FakeRegistry): number => store.repository("acme/platform").uploads.size;

describe("a preflight of an image that was read to its config", () => {
  const read = async (options: StartRegistryOptions = {}) => {
    const at = await world(options);
    const manifest = await manifestOf(at);
    expect(await at.registry.revision(at.ref("one"))).toMatchObject({ kind: "found" });
    at.fake.requests.length = 0;
    return { ...at, prove: () => at.registry.preflight(at.repository, manifest, ["latest"]) };
  };

  test("mounts a blob where it is, in one request, and leaves no upload behind", async () => {
    const { fake, prove } = await read();
    expect(await prove()).toMatchObject({ kind: "go", value: { permission: "proven" } });
    expect({ requests: fake.requests.length, uploads: uploadsIn(fake) }).toEqual({ requests: 1, uploads: 0 });
  });

  test.each([400, 403, 404, 405])("begins an upload where a mount is answered %i", async (status) => {
    const { fake, prove } = await read();
    fake.misbehave({ when: ({ query }) => query.includes("mount="), fault: { kind: "answer", status } });
    expect(await prove()).toMatchObject({ kind: "go", value: { permission: "proven" } });
    expect({ posts: postsOf(fake), uploads: uploadsIn(fake) }).toEqual({ posts: 2, uploads: 0 });
  });

  test("is refused where the config is gone, and where nothing may be pushed", async () => {
    const { fake, prove } = await read();
    fake.store.repository("acme/platform").blobs.clear();
    expect(await prove()).toMatchObject({ kind: "stop", outcome: "refused", code: "REGISTRY_CONTENT_MISSING" });
    const closed = await read();
    closed.fake.misbehave({ when: ({ method }) => method === "POST", fault: { kind: "answer", status: 403 } });
    await expect(closed.prove()).rejects.toMatchObject({ code: "REGISTRY_DENIED" });
  });
});

test("a sha512 reference is checked with sha512", async () => {
  const { fake, registry, ref } = await world();
  const { createHash } = await import("node:crypto");
  const { bytes } = (await manifestOf({ registry, ref } as World)) as { bytes: Uint8Array };
  const digest = `sha512:${createHash("sha512").update(bytes).digest("hex")}`;
  fake.store
    .repository("acme/platform")
    .manifests.set(digest, { bytes: Buffer.from(bytes), mediaType: "application/vnd.oci.image.index.v1+json" });
  expect(await registry.manifest(parseImageRef(`${fake.host}/acme/platform@${digest}`))).toMatchObject({
    kind: "found",
    value: { digest },
  });
});

test("an acknowledgement that names another digest is doubted, and looked at", async () => {
  const at = await world();
  at.fake.misbehave({
    when: ({ method }) => method === "PUT",
    fault: { kind: "headers", headers: { "docker-content-digest": `sha256:${"9".repeat(64)}` } },
  });
  const manifest = await manifestOf(at);
  expect(await at.registry.put(at.repository, manifest, "latest")).toMatchObject({ outcome: "applied" });
  expect(at.fake.requests.map(({ method }) => method)).toEqual(["GET", "PUT", "HEAD"]);
});

test("once a registry is known to be open, requests do not wait for each other", async () => {
  const { fake, registry, ref } = await world();
  await registry.resolve(ref("one"));
  let now = 0;
  let most = 0;
  const act = async (phase: "before" | "after"): Promise<void> => {
    now += phase === "before" ? 1 : -1;
    most = Math.max(most, now);
    if (phase === "before") await clock.sleep(1_000);
  };
  fake.misbehave({ when: () => true, fault: { kind: "interleave", act } });
  await Promise.all([1, 2, 3, 4].map(() => registry.resolve(ref("one"))));
  expect(most).toBeGreaterThan(1);
});

test("a token service or a blob store whose public name resolves to a metadata address is not asked", async () => {
  const { fake, ref } = await world({ auth: { ...auth, realm: "https://metadata.example.com/token" } });
  const lookup = () => Promise.resolve(["169.254.169.254"]);
  const guarded = createOciRegistry({ host: fake.host, clock, lookup });
  expect(await guarded.resolve(ref("one"))).toMatchObject({
    kind: "unknown",
    cause: { code: "REGISTRY_REALM_REFUSED" },
  });
  const open = await world();
  open.fake.misbehave({
    when: () => true,
    fault: { kind: "answer", status: 307, headers: { location: "https://metadata.example.com/x" } },
  });
  const other = createOciRegistry({ host: open.fake.host, clock, lookup });
  expect(await other.resolve(open.ref("one"))).toMatchObject({
    kind: "unknown",
    cause: { code: "REGISTRY_REDIRECT_REFUSED" },
  });
});

test("who is called off while a token is fetched does not take it from the others, and a failed lookup is made again", async () => {
  const { fake, ref } = await world({ auth });
  let lookups = 0;
  const credentials = async () => {
    await clock.sleep(1_000);
    if (++lookups === 1) throw new ReleaseError({ code: "HELPER", category: "unavailable", message: "busy" });
    return { kind: "password" as const, ...entry };
  };
  const registry = createOciRegistry({ host: fake.host, clock, credentials });
  expect(await registry.resolve(ref("one"))).toMatchObject({ kind: "found" });
  expect(lookups).toBe(2);
  fake.expireTokens();
  fake.misbehave({ when: ({ path }) => path === "/token", fault: { kind: "delay", ms: 100 } });
  const stop = new AbortController();
  const first = registry.resolve(ref("one"), stop.signal);
  const second = registry.resolve(ref("one"));
  await clock.sleep(1_000);
  stop.abort();
  await expect(first).rejects.toMatchObject({ category: "interrupted" });
  expect(await second).toMatchObject({ kind: "found" });
});
