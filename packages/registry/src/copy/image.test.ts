import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type ImageRef, parseDigest, parseImageRef, type Repository, systemClock } from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import { afterEach, expect, test } from "vitest";
import { openRegistries, type RegistryEvent, retag } from "../index.ts";
import { type FakeRegistry, seedImage, startRegistry } from "../testing/index.ts";
import type { SeededImage } from "../testing/seed-image.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => void (await Promise.all(closing.splice(0).map((close) => close()))));

async function start(): Promise<FakeRegistry> {
  const registry = await startRegistry();
  closing.push(registry.close);
  return registry;
}

const refOf = (registry: FakeRegistry, image: SeededImage): ImageRef =>
  parseImageRef(`${registry.host}/${image.repository}@${image.digest}`);
const target = (registry: FakeRegistry): Repository => parseImageRef(`${registry.host}/acme/mirror`).repository;
const isRead = ({ method }: { readonly method: string }): boolean => method === "GET" || method === "HEAD";
const recipe = { repository: "acme/platform", tags: ["candidate"], revision: "a".repeat(40), attestations: true };

test("within a registry every blob is mounted, and no byte travels", async () => {
  const registry = await start();
  const image = await seedImage(registry, recipe);
  const events: RegistryEvent[] = [];
  const verdict = await openRegistries({ report: (event) => events.push(event) }).copy(
    refOf(registry, image),
    target(registry),
  );
  expect(verdict).toMatchObject({ kind: "go", value: { digest: image.digest } });
  expect(registry.store.repository("acme/mirror").manifests.get(image.digest)?.bytes.equals(image.bytes)).toBe(true);
  expect(registry.requests.filter(({ method, path }) => method === "GET" && path.includes("/blobs/"))).toEqual([]);
  const ways = events.flatMap((event) => (event.type === "blob-copied" ? [event.how] : []));
  expect(new Set(ways)).toEqual(new Set(["mounted"]));
  expect(registry.store.tag("acme/mirror", "candidate")).toBeUndefined();
});

test("between registries bytes are streamed, and what is there already is not sent again", async () => {
  const [from, into] = [await start(), await start()];
  const image = await seedImage(from, recipe);
  const registries = openRegistries();
  expect(await registries.copy(refOf(from, image), target(into))).toMatchObject({ kind: "go" });
  const uploads = into.requests.filter(({ method }) => method === "POST").length;
  expect(into.store.repository("acme/mirror").blobs.size).toBe(uploads);
  expect(await registries.copy(refOf(from, image), target(into))).toMatchObject({ kind: "go" });
  expect(into.requests.filter(({ method }) => method === "POST")).toHaveLength(uploads);
  expect(into.store.repository("acme/mirror").uploads.size).toBe(0);
});

test("a registry that refuses to mount gets the bytes, and no session is left behind", async () => {
  const registry = await start();
  const image = await seedImage(registry, recipe);
  registry.misbehave({
    when: ({ method, query }) => method === "POST" && query.includes("mount"),
    fault: { kind: "answer", status: 405 },
  });
  expect(await openRegistries().copy(refOf(registry, image), target(registry))).toMatchObject({ kind: "go" });
  expect(registry.store.repository("acme/mirror").uploads.size).toBe(0);
});

test.each([
  ["was changed", (body: Buffer) => Buffer.from(body).fill(0, 0, 1)],
  ["is too long", (body: Buffer) => Buffer.concat([body, Buffer.alloc(10)])],
  ["is too short", (body: Buffer) => body.subarray(1)],
])("a blob that %s on the way is never stored, and the copy is unknown", async (_name, change) => {
  const [from, into] = [await start(), await start()];
  const image = await seedImage(from, recipe);
  from.misbehave({ when: ({ path }) => path.includes("/blobs/"), fault: { kind: "body", change } });
  const verdict = await openRegistries({ clock: createScaledClock({ factor: 20 }) }).copy(
    refOf(from, image),
    target(into),
  );
  expect(verdict).toMatchObject({
    kind: "stop",
    outcome: "unknown",
    reason: expect.stringMatching(/hash to|longer than/),
  });
  expect(into.store.repository("acme/mirror").blobs.size).toBe(0);
  expect(into.store.repository("acme/mirror").manifests.size).toBe(0);
});

test("a connection that breaks once in the middle of a blob is taken up again", async () => {
  const [from, into] = [await start(), await start()];
  const image = await seedImage(from, recipe);
  from.misbehave({
    when: ({ path }) => path.includes("/blobs/"),
    times: 1,
    fault: { kind: "reset", when: "during-answer" },
  });
  into.misbehave({ when: ({ method }) => method === "PUT", times: 1, fault: { kind: "reset", when: "before" } });
  const clock = createScaledClock({ factor: 20 });
  expect(await openRegistries({ clock }).copy(refOf(from, image), target(into))).toMatchObject({ kind: "go" });
});

test.each(["manifest", "blob"] as const)(
  "a %s that the source lacks is refused, by a check as well, and no tag is written",
  async (kind) => {
    const [from, into] = [await start(), await start()];
    const image = await seedImage(from, recipe);
    const repository = from.store.repository("acme/platform");
    const [child] = image.platforms;
    if (kind === "manifest") repository.manifests.delete(child?.digest ?? "");
    else repository.blobs.delete(child?.config ?? "");
    const registries = openRegistries();
    const source = parseImageRef(`${from.host}/acme/platform:candidate`);
    const refused = { kind: "stop", outcome: "refused", reason: expect.stringContaining("is not in the source") };
    expect(await registries.checkCopy?.(refOf(from, image), target(into))).toMatchObject(refused);
    expect(into.requests.every(isRead)).toBe(true);
    const targets = [parseImageRef(`${into.host}/acme/mirror:latest`)];
    expect(await retag({ source, targets }, { registries, clock: systemClock })).toMatchObject(refused);
    expect(into.store.tag("acme/mirror", "latest")).toBeUndefined();
  },
);

test("a copy is checked without a writing request", async () => {
  const [from, into] = [await start(), await start()];
  const image = await seedImage(from, recipe);
  const verdict = await openRegistries().checkCopy?.(refOf(from, image), target(into));
  expect(verdict).toMatchObject({ kind: "go", value: { digest: image.digest } });
  expect([...from.requests, ...into.requests].every(isRead)).toBe(true);
});

test("300 MB pass through with little of it in memory", async () => {
  // A source that makes its blob up and a sink that throws it away: only what lies between them counts.
  const size = 300 * 1024 * 1024;
  const chunk = Buffer.alloc(1024 * 1024, 7);
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  for (let sent = 0; sent < size; sent += chunk.length) hash.update(chunk);
  const digest = parseDigest(`sha256:${hash.digest("hex")}`);
  let received = 0;
  const server = createServer((request, response) => {
    if (request.method === "GET") {
      let sent = 0;
      const more = (): void => {
        while (sent < size) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once("drain", more);
        }
        response.end();
      };
      response.writeHead(200, { "content-length": String(size) });
      return more();
    }
    request.on("data", (part: Buffer) => void (received += part.length));
    request.on("end", () =>
      response.writeHead(request.method === "POST" ? 202 : 201, { location: "/v2/acme/mirror/blobs/uploads/1" }).end(),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const { createOciRegistry } = await import("../oci/index.ts");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { content } = createOciRegistry({ host });
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => void (peak = Math.max(peak, process.memoryUsage().rss)), 20);
  const chunks = await content.open(parseImageRef(`${host}/acme/platform@${digest}`), { digest });
  await content.upload(parseImageRef(`${host}/acme/mirror`).repository, { digest, size }, () => chunks);
  clearInterval(watch);
  expect(received).toBe(size);
  expect((peak - before) / 1024 / 1024).toBeLessThan(120);
});
