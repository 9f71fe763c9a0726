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
  expect(await openRegistries({ clock }).copy(source, repository)).toMatchObject({ kind: "go" });
});

test("a source that was asked for in vain is let go: an upload that is refused leaves no connection open", async () => {
  const { from, into, image } = await start();
  into.misbehave({ when: ({ method }) => method === "POST", fault: { kind: "answer", status: 403 } });
  const source = parseImageRef(`${from.host}/acme/platform@${image.digest}`);
  const { repository } = parseImageRef(`${into.host}/acme/mirror`);
  await expect(openRegistries({ clock }).copy(source, repository)).rejects.toMatchObject({ category: "auth" });
  await expect.poll(() => from.requests.every(({ endedAt }) => endedAt > 0)).toBe(true);
});
