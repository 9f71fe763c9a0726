import { parseImageRef } from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import { afterEach, expect, test } from "vitest";
import { openRegistries } from "../open-registries.ts";
import { retag } from "../retag.ts";
import { type FakeRegistry, seedImage, startRegistry } from "../testing/index.ts";
import type { SeededImage } from "../testing/seed-image.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => void (await Promise.all(closing.splice(0).map((close) => close()))));

const clock = createScaledClock({ factor: 20 });

async function start(): Promise<{ from: FakeRegistry; into: FakeRegistry; image: SeededImage }> {
  const [from, into] = [await startRegistry(), await startRegistry()];
  closing.push(from.close, into.close);
  const image = await seedImage(from, { repository: "acme/platform", tags: ["one"], revision: "a".repeat(40) });
  return { from, into, image };
}

test("a source that a retag has read is not read again for the copy, and its children are read once", async () => {
  const { from, into, image } = await start();
  const source = parseImageRef(`${from.host}/acme/platform:one`);
  const target = parseImageRef(`${into.host}/acme/mirror:latest`);
  const verdict = await retag({ source, targets: [target] }, { registries: openRegistries({ clock }), clock });
  expect(verdict).toMatchObject({ kind: "go" });
  const manifests = from.requests.filter(({ path }) => path.includes("/manifests/")).map(({ path }) => path);
  expect(manifests.length, manifests.join("\n")).toBe(1 + image.platforms.length);
});

test("by digest, source and tag are read side by side, and the manifest is stored by the write of the tag alone", async () => {
  const { from, into, image } = await start();
  /** Neither answers before the other was asked. */
  const asked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  for (const [registry, own, other] of [
    [from, asked[0], asked[1]],
    [into, asked[1], asked[0]],
  ] as const)
    registry.misbehave({
      when: ({ method, path }) => method === "GET" && path.includes("/manifests/"),
      times: 1,
      fault: { kind: "interleave", act: async () => (own.resolve(), await other.promise) },
    });
  const source = parseImageRef(`${from.host}/acme/platform@${image.digest}`);
  const target = parseImageRef(`${into.host}/acme/mirror:latest`);
  const verdict = await retag({ source, targets: [target] }, { registries: openRegistries({ clock }), clock });
  expect(verdict).toMatchObject({ kind: "go", value: { images: [{ copied: true }] } });
  const about = into.requests.filter(({ path }) => path.endsWith("/manifests/latest") || path.endsWith(image.digest));
  expect(about.map(({ method, path }) => `${method} ${path.slice(path.lastIndexOf("/") + 1)}`)).toEqual([
    "GET latest",
    "PUT latest",
    "HEAD latest",
  ]);
});

test("a target that is right already is not kept waiting by a source that does not answer", async () => {
  const { from, into, image } = await start();
  const source = parseImageRef(`${from.host}/acme/platform@${image.digest}`);
  const target = parseImageRef(`${into.host}/acme/mirror:latest`);
  const ports = { registries: openRegistries({ clock }), clock };
  expect(await retag({ source, targets: [target] }, ports)).toMatchObject({ kind: "go", value: { changed: true } });
  from.misbehave({ when: () => true, fault: { kind: "hang" } });
  const again = { registries: openRegistries({ clock }), clock };
  expect(await retag({ source, targets: [target] }, again)).toMatchObject({ kind: "go", value: { changed: false } });
});

test.each([400, 404] as const)(
  "a target that reports missing content (%i) at the write of the tag gets it",
  async (missingContent) => {
    const { from, image } = await start();
    const into = await startRegistry({ quirks: { headOfBlobs: 200, missingContent } });
    closing.push(into.close);
    const source = parseImageRef(`${from.host}/acme/platform@${image.digest}`);
    const targets = ["latest", "stable"].map((tag) => parseImageRef(`${into.host}/acme/mirror:${tag}`));
    const verdict = await retag({ source, targets }, { registries: openRegistries({ clock }), clock });
    expect(verdict).toMatchObject({ kind: "go" });
    const [held, wanted] = [into.store.repository("acme/mirror"), from.store.repository("acme/platform")];
    expect([...wanted.blobs.keys()].filter((digest) => !held.blobs.has(digest))).toEqual([]);
    expect(into.store.tag("acme/mirror", "stable")).toBe(image.digest);
  },
);

test("a repository of the same registry that holds the image gets another tag by that tag's write alone", async () => {
  const { from, image } = await start();
  const source = parseImageRef(`${from.host}/acme/platform@${image.platforms[0]?.digest}`);
  const run = (tag: string) =>
    retag(
      { source, targets: [parseImageRef(`${from.host}/acme/mirror:${tag}`)] },
      { registries: openRegistries({ clock }), clock },
    );
  expect(await run("one")).toMatchObject({ kind: "go" });
  from.requests.length = 0;
  expect(await run("two")).toMatchObject({ kind: "go", value: { changed: true } });
  const writes = from.requests.filter(({ method }) => method !== "GET" && method !== "HEAD");
  expect(writes.map(({ method, path }) => `${method} ${path}`)).toEqual(["PUT /v2/acme/mirror/manifests/two"]);
});

test("blobs are looked for while the manifest is, and asked for while their upload is begun", async () => {
  const { from, into, image } = await start();
  /** Neither answers before the other was asked. */
  const asked = { manifest: Promise.withResolvers<void>(), blob: Promise.withResolvers<void>() };
  const open = { upload: Promise.withResolvers<void>(), source: Promise.withResolvers<void>() };
  const meet = async (own: PromiseWithResolvers<void>, other: PromiseWithResolvers<void>): Promise<void> => {
    own.resolve();
    await other.promise;
  };
  const faults = [
    [into, "HEAD", "/manifests/sha256", asked.manifest, asked.blob],
    [into, "HEAD", "/blobs/sha256", asked.blob, asked.manifest],
    [into, "POST", "/blobs/uploads", open.upload, open.source],
    [from, "GET", "/blobs/sha256", open.source, open.upload],
  ] as const;
  for (const [registry, asks, part, own, other] of faults)
    registry.misbehave({
      when: ({ method, path }) => method === asks && path.includes(part),
      fault: { kind: "interleave", act: async (when) => (when === "before" ? await meet(own, other) : undefined) },
    });
  const source = parseImageRef(`${from.host}/acme/platform@${image.digest}`);
  const { repository } = parseImageRef(`${into.host}/acme/mirror`);
  // Not scaled: a request that waits for another is given up after 15 s.
  const registries = openRegistries();
  // The first request of all goes ahead alone, to find out whether the registry wants credentials.
  for (const { host } of [from, into]) await registries.resolve(parseImageRef(`${host}/acme/platform:first`));
  expect(await registries.copy(source, repository)).toMatchObject({ kind: "go" });
  const longest = Math.max(...[...from.requests, ...into.requests].map(({ at, endedAt }) => endedAt - at));
  expect(longest, "until a request that waits for another is given up").toBeLessThan(10_000);
});

test("a source that was asked for in vain is let go: an upload that is refused leaves no connection open", async () => {
  const { from, into, image } = await start();
  into.misbehave({ when: ({ method }) => method === "POST", fault: { kind: "answer", status: 403 } });
  const source = parseImageRef(`${from.host}/acme/platform@${image.digest}`);
  const { repository } = parseImageRef(`${into.host}/acme/mirror`);
  await expect(openRegistries({ clock }).copy(source, repository)).rejects.toMatchObject({ category: "auth" });
  await expect.poll(() => from.requests.every(({ endedAt }) => endedAt > 0)).toBe(true);
});
