import { createHash } from "node:crypto";
import { type Digest, type ImageRef, parseDigest, parseImageRef, type Repository } from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import { describe, expect, test } from "vitest";
import { openRegistries } from "../index.ts";
import { blobDeadlines } from "../policy.ts";
import { type FakeRegistry } from "../testing/index.ts";
import type { Fault, LoggedRequest } from "../testing/misbehaviour.ts";
import { type RegistryQuirks } from "../testing/start-registry.ts";
import { useRegistries } from "../../test/use-registries.ts";

const open = useRegistries();

const start = (quirks: RegistryQuirks = {}): Promise<FakeRegistry> => open({ quirks });

const clock = createScaledClock({ factor: 50 });
const mirrorOf = ({ host }: FakeRegistry): Repository => parseImageRef(`${host}/acme/mirror`).repository;

/** An image with one layer of this many random bytes. */
async function seedLayer(registry: FakeRegistry, bytes: number): Promise<{ source: ImageRef; layer: Digest }> {
  const content = createHash("sha512").update("seed").digest();
  const layer = Buffer.alloc(bytes, content);
  const digest = registry.store.addBlob("acme/platform", layer);
  const config = Buffer.from('{"os":"linux","architecture":"amd64","config":{}}');
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: {
      mediaType: "application/vnd.oci.image.config.v1+json",
      digest: registry.store.addBlob("acme/platform", config),
      size: config.length,
    },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", digest, size: bytes }],
  };
  const top = registry.store.addManifest("acme/platform", Buffer.from(JSON.stringify(manifest)), mediaType, "big");
  return { source: parseImageRef(`${registry.host}/acme/platform@${top}`), layer: parseDigest(digest) };
}

test.each([6_000_000, 1_048_576])(
  "a layer that a proxy refuses with 413 beyond %i bytes goes in pieces",
  async (limit) => {
    const [from, into] = [await start(), await start({ maxRequestBytes: limit })];
    const { source, layer } = await seedLayer(from, 20_000_003);
    expect(await openRegistries({ clock }).copy(source, mirrorOf(into))).toMatchObject({ kind: "go" });
    expect(into.store.repository("acme/mirror").blobs.get(layer)?.length).toBe(20_000_003);
    expect(into.requests.filter(({ method, status }) => method === "PATCH" && status === 202).length).toBeGreaterThan(
      1,
    );
  },
);

test("a registry may take as long to answer as it takes to read the layer once more", () => {
  expect(blobDeadlines(0)).toMatchObject({ headersMs: 60_000 });
  expect(blobDeadlines(2_000_000_000)).toMatchObject({ headersMs: 260_000 });
});

test("a limit that no piece fits is an error about the layer", async () => {
  const [from, into] = [await start(), await start({ maxRequestBytes: 1000 })];
  const { source } = await seedLayer(from, 2_000_000);
  expect(await openRegistries({ clock }).copy(source, mirrorOf(into))).toMatchObject({
    kind: "stop",
    outcome: "refused",
    reason: expect.stringContaining("a layer is larger"),
  });
});

test.each([true, false])("a transfer that breaks goes on from where it stopped (ranges: %s)", async (ranges) => {
  const [from, into] = [await start({ ranges }), await start()];
  const { source, layer } = await seedLayer(from, 5_000_000);
  from.misbehave({
    when: ({ method, path }) => method === "GET" && path.endsWith(layer),
    times: 2,
    fault: { kind: "reset", when: "during-answer" },
  });
  expect(await openRegistries({ clock }).copy(source, mirrorOf(into))).toMatchObject({ kind: "go" });
  expect(into.store.repository("acme/mirror").blobs.get(layer)?.length).toBe(5_000_000);
  expect(into.requests.filter(({ method, path }) => method === "POST" && path.includes("uploads"))).toHaveLength(2);
});

test("a 307 on the PUT of a blob opens the source again", async () => {
  const [from, into] = [await start(), await start()];
  const { source, layer } = await seedLayer(from, 100_000);
  const moved = new Set<string>();
  into.misbehave({
    when: ({ method, path, query }) => {
      if (method !== "PUT" || !path.includes("/blobs/uploads/") || moved.has(path)) return false;
      moved.add(path);
      return query.length > 0;
    },
    fault: { kind: "redirect-to-self", status: 307 },
  });
  expect(await openRegistries({ clock }).copy(source, mirrorOf(into))).toMatchObject({ kind: "go" });
  expect(into.store.repository("acme/mirror").blobs.get(layer)?.length).toBe(100_000);
});

const size = 100_000;
const finishes = ({ method, query }: LoggedRequest): boolean => method === "PUT" && query.includes("digest=");
const coded = (status: number, code: string): Fault => ({
  kind: "answer",
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ errors: [{ code, message: "blob upload" }] }),
});

describe("an upload that cannot go on is begun again", () => {
  test.each<[string, Fault]>([
    ["the registry has lost it", coded(404, "BLOB_UPLOAD_UNKNOWN")],
    ["it has become invalid", coded(400, "BLOB_UPLOAD_INVALID")],
    ["other bytes arrived", coded(400, "DIGEST_INVALID")],
    ["its connection breaks", { kind: "reset", when: "before" }],
  ])("%s", async (_name, fault) => {
    const [from, into] = [await start(), await start()];
    const { source, layer } = await seedLayer(from, size);
    into.misbehave({ when: finishes, times: 2, fault });
    expect(await openRegistries({ clock }).copy(source, mirrorOf(into))).toMatchObject({ kind: "go" });
    expect(into.store.repository("acme/mirror").blobs.get(layer)?.length).toBe(size);
  });

  test("a piece that comes at the wrong place begins the upload again", async () => {
    const [from, into] = [await start(), await start({ maxRequestBytes: 6_000_000 })];
    const { source, layer } = await seedLayer(from, 20_000_003);
    into.misbehave({
      when: ({ method }) => method === "PATCH",
      times: 1,
      fault: { kind: "answer", status: 416 },
    });
    expect(await openRegistries({ clock }).copy(source, mirrorOf(into))).toMatchObject({ kind: "go" });
    expect(into.store.repository("acme/mirror").blobs.get(layer)?.length).toBe(20_000_003);
  });

  test("a digest that is invalid each time is refused: there are registries that take sha256 only", async () => {
    const [from, into] = [await start(), await start()];
    const { source } = await seedLayer(from, size);
    into.misbehave({ when: finishes, fault: coded(400, "DIGEST_INVALID") });
    expect(await openRegistries({ clock }).copy(source, mirrorOf(into))).toMatchObject({
      kind: "stop",
      outcome: "refused",
      code: "BLOB_DIGEST_MISMATCH",
    });
  });

  test("one that is lost each time is unknown, and no repository is said to be missing", async () => {
    const [from, into] = [await start(), await start()];
    const { source } = await seedLayer(from, size);
    into.misbehave({ when: finishes, fault: coded(404, "BLOB_UPLOAD_UNKNOWN") });
    expect(await openRegistries({ clock }).copy(source, mirrorOf(into))).toMatchObject({
      kind: "stop",
      outcome: "unknown",
      code: "REGISTRY_UNAVAILABLE",
    });
  });
});

test.each<[string, Fault]>([
  ["the answer is lost", { kind: "reset", when: "after" }],
  ["the answer is 202", { kind: "answer-after", status: 202 }],
])("a blob is not sent twice if it is stored and %s", async (_name, fault) => {
  const [from, into] = [await start(), await start()];
  const { source, layer } = await seedLayer(from, size);
  into.misbehave({ when: finishes, fault });
  expect(await openRegistries({ clock }).copy(source, mirrorOf(into))).toMatchObject({ kind: "go" });
  expect(into.requests.filter((request) => finishes(request) && request.query.includes(layer.slice(7)))).toHaveLength(
    1,
  );
});

test("a connection that breaks on long requests gets small pieces in the end", async () => {
  const [from, into] = [await start(), await start()];
  const { source, layer } = await seedLayer(from, 5_000_000);
  into.misbehave({
    when: ({ method, query }) => method === "PUT" && query.includes(layer.slice(7)),
    times: 2,
    fault: { kind: "reset", when: "before" },
  });
  expect(await openRegistries({ clock }).copy(source, mirrorOf(into))).toMatchObject({ kind: "go" });
  expect(into.requests.filter(({ method }) => method === "PATCH")).toHaveLength(5);
});

describe("a registry that has no room is refused at once, with the reason", () => {
  const full = '{"errors":[{"code":"UNKNOWN","detail":{"Op":"write","Path":"/var/lib/registry","Err":28}}]}';
  test.each<[number, string]>([
    [403, "adding 1.0 MiB will exceed the configured upper limit (quota)"],
    [413, "storage quota exceeded"],
    [507, ""],
    [500, full],
  ])("%i", async (status, body) => {
    const [from, into] = [await start(), await start()];
    const { source } = await seedLayer(from, size);
    into.misbehave({ when: finishes, fault: { kind: "answer", status, body } });
    expect(await openRegistries({ clock }).copy(source, mirrorOf(into))).toMatchObject({
      kind: "stop",
      outcome: "refused",
      code: "REGISTRY_REQUEST_REFUSED",
      // The advice is part of it.
      reason: expect.stringContaining("raise the quota"),
    });
    expect(into.requests.filter(finishes).length).toBeLessThanOrEqual(2);
  });
});

describe("the rest of a blob", () => {
  const answer = (status: number, headers: Readonly<Record<string, string>>, body: Uint8Array): Fault => ({
    kind: "answer",
    status,
    headers,
    body,
  });
  test.each<[string, (all: Buffer) => Fault | undefined]>([
    ["is refused with 416", () => answer(416, {}, Buffer.alloc(0))],
    [
      "comes from an earlier place",
      (all) => answer(206, { "content-range": `bytes 7-${size - 1}/${size}` }, all.subarray(7)),
    ],
    [
      "comes from a later place",
      (all) => answer(206, { "content-range": `bytes ${size - 9}-${size - 1}/${size}` }, all.subarray(-9)),
    ],
    ["comes from a place that is not named", (all) => answer(206, {}, all.subarray(size / 2))],
    ["is there", () => undefined],
  ])("%s", async (_name, faultOf) => {
    const [from, into] = [await start(), await start()];
    const { source, layer } = await seedLayer(from, size);
    const all = from.store.repository("acme/platform").blobs.get(layer) as Buffer;
    const reads = ({ method, path }: LoggedRequest): boolean => method === "GET" && path.endsWith(layer);
    from.misbehave({ when: reads, times: 1, fault: { kind: "reset", when: "during-answer" } });
    const fault = faultOf(all);
    if (fault !== undefined) from.misbehave({ when: reads, times: 1, fault });
    expect(await openRegistries({ clock }).copy(source, mirrorOf(into))).toMatchObject({ kind: "go" });
    expect(into.store.repository("acme/mirror").blobs.get(layer)).toEqual(all);
    expect(into.requests.filter(finishes)).toHaveLength(2);
  });

  test("is asked for if a body without a length ended early", async () => {
    const [from, into] = [await start(), await start()];
    const { source, layer } = await seedLayer(from, size);
    from.misbehave({
      when: ({ method, path }) => method === "GET" && path.endsWith(layer),
      times: 1,
      fault: { kind: "body", change: (body) => body.subarray(0, 1000) },
    });
    expect(await openRegistries({ clock }).copy(source, mirrorOf(into))).toMatchObject({ kind: "go" });
    expect(into.store.repository("acme/mirror").blobs.get(layer)?.length).toBe(size);
  });

  test("is not asked for without end: a blob that is shorter than its manifest says is no blob", async () => {
    const [from, into] = [await start(), await start()];
    const { source, layer } = await seedLayer(from, size);
    from.store.repository("acme/platform").blobs.set(layer, Buffer.alloc(1000));
    expect(await openRegistries({ clock }).copy(source, mirrorOf(into))).toMatchObject({
      kind: "stop",
      code: "BLOB_DIGEST_MISMATCH",
    });
  });
});
