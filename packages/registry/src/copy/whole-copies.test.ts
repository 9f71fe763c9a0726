import { type Digest, type ImageRef, parseImageRef, type Repository } from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import { describe, expect, test } from "vitest";
import { openRegistries } from "../index.ts";
import { imageShapes } from "../testing/image-shapes.ts";
import { type FakeRegistry, seedImage } from "../testing/index.ts";
import { type RegistryQuirks } from "../testing/start-registry.ts";
import type { SeededImage } from "../testing/seed-image.ts";
import { useRegistries } from "../../test/use-registries.ts";

const open = useRegistries();

const start = (quirks: RegistryQuirks = {}): Promise<FakeRegistry> => open({ quirks });

const clock = createScaledClock({ factor: 50 });
const recipe = { repository: "acme/platform", tags: ["candidate"], revision: "a".repeat(40), attestations: true };
const refOf = ({ host }: FakeRegistry, { digest }: SeededImage): ImageRef =>
  parseImageRef(`${host}/acme/platform@${digest}`);
const mirrorOf = ({ host }: FakeRegistry): Repository => parseImageRef(`${host}/acme/mirror`).repository;
const copy = (from: FakeRegistry, into: FakeRegistry, image: SeededImage) =>
  openRegistries({ clock }).copy(refOf(from, image), mirrorOf(into));

/** Everything that an image needs is in the target. */
function expectWhole(from: FakeRegistry, into: FakeRegistry): void {
  const [source, target] = [from.store.repository("acme/platform"), into.store.repository("acme/mirror")];
  expect([...source.manifests.keys()].filter((digest) => !target.manifests.has(digest))).toEqual([]);
  expect([...source.blobs.keys()].filter((digest) => !target.blobs.has(digest))).toEqual([]);
}

async function world(quirks: RegistryQuirks = {}) {
  const [from, into] = [await start(), await start(quirks)];
  return { from, into, image: await seedImage(from, recipe) };
}

describe("a target that holds the image already may have lost parts of it", () => {
  test.each<[string, (into: FakeRegistry, image: SeededImage) => void]>([
    ["a child", (into, image) => void into.store.repository("acme/mirror").manifests.delete(childOf(image))],
    [
      "every child",
      (into, image) =>
        image.platforms.forEach(({ digest }) => into.store.repository("acme/mirror").manifests.delete(digest)),
    ],
    ["every blob", (into) => into.store.repository("acme/mirror").blobs.clear()],
  ])("%s", async (_name, lose) => {
    const { from, into, image } = await world();
    await copy(from, into, image);
    lose(into, image);
    expect(await copy(from, into, image)).toMatchObject({ kind: "go" });
    expectWhole(from, into);
  });

  test("the same within one registry", async () => {
    const registry = await start();
    const image = await seedImage(registry, recipe);
    await copy(registry, registry, image);
    registry.store.repository("acme/mirror").blobs.clear();
    expect(await copy(registry, registry, image)).toMatchObject({ kind: "go" });
    expectWhole(registry, registry);
  });
});

const childOf = (image: SeededImage): Digest => image.platforms[0]?.digest ?? image.digest;

describe("a registry that is not to be trusted about what it holds gets what it reports as missing", () => {
  test.each<[string, RegistryQuirks]>([
    ["HEAD of every blob answers 200", { headOfBlobs: 200 }],
    ["the same, and missing content is 404", { headOfBlobs: 200, missingContent: 404 }],
  ])("%s", async (_name, quirks) => {
    const { from, into, image } = await world(quirks);
    expect(await copy(from, into, image)).toMatchObject({ kind: "go" });
    expectWhole(from, into);
  });

  test.each<[string, RegistryQuirks]>([
    ["a mount answers 201 and mounts nothing", { pretendsToMount: true }],
    ["and the HEAD of a blob answers 200", { pretendsToMount: true, headOfBlobs: 200 }],
  ])("within one registry: %s", async (_name, quirks) => {
    const registry = await start(quirks);
    const image = await seedImage(registry, recipe);
    expect(await copy(registry, registry, image)).toMatchObject({ kind: "go" });
    expectWhole(registry, registry);
  });
});

test("a blob that is said to be mounted is looked for, so that no manifest is refused for it", async () => {
  const registry = await start({ pretendsToMount: true });
  const image = await seedImage(registry, recipe);
  expect(await copy(registry, registry, image)).toMatchObject({ kind: "go" });
  expect(registry.requests.filter(({ status }) => status === 400)).toEqual([]);
});

test("an upload that begins with 201 is one", async () => {
  const { from, into, image } = await world({ beginsWith201: true });
  expect(await copy(from, into, image)).toMatchObject({ kind: "go" });
  expectWhole(from, into);
});

test.each([405, 403, 500])("a blob whose HEAD answers %i is sent", async (headOfBlobs) => {
  const { from, into, image } = await world({ headOfBlobs });
  expect(await copy(from, into, image)).toMatchObject({ kind: "go" });
  expectWhole(from, into);
});

test("a manifest waits for its subject", async () => {
  const [from, into] = [await start(), await start({ wantsSubject: true })];
  const shape = imageShapes.find(({ name }) => name.includes("has a subject and comes first"));
  const seeded = await shape?.seed(from.store, "acme/platform");
  const source = parseImageRef(`${from.host}/acme/platform@${seeded?.digest ?? ""}`);
  const manifests = [...from.store.repository("acme/platform").manifests.values()];
  const subjects = manifests.map(
    ({ bytes }) => (JSON.parse(bytes.toString()) as { subject?: ImageRef }).subject?.digest,
  );
  // The subject is slow, so that its turn would come last.
  into.misbehave({
    when: ({ path }) => subjects.some((subject) => subject !== undefined && path.endsWith(subject)),
    times: 1,
    fault: { kind: "delay", ms: 500 },
  });
  expect(await openRegistries({ clock }).copy(source, mirrorOf(into))).toMatchObject({ kind: "go" });
  // One that was refused would be sent again with everything that it lists.
  expect(into.requests.filter(({ status }) => status === 400)).toEqual([]);
  expectWhole(from, into);
});

test("a store by digest is repeated after a 502", async () => {
  const { from, into, image } = await world();
  into.misbehave({
    when: ({ method, path }) => method === "PUT" && path.includes("/manifests/"),
    times: 2,
    fault: { kind: "answer", status: 502 },
  });
  expect(await copy(from, into, image)).toMatchObject({ kind: "go" });
  expectWhole(from, into);
});
