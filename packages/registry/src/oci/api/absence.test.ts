import { parseImageRef } from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import { expect, test } from "vitest";
import { openRegistries, retag } from "../../index.ts";
import { type FakeRegistry, seedImage } from "../../testing/index.ts";
import { type Fault } from "../../testing/misbehaviour.ts";
import { useRegistries } from "../../../test/use-registries.ts";

const open = useRegistries();

const clock = createScaledClock({ factor: 50 });

const start = (quirks = {}): Promise<FakeRegistry> => open({ quirks });

test("a 404 to the HEAD of a manifest that is there costs one GET, and is no absence", async () => {
  const registry = await start({ headOfManifests: "404" });
  const { digest } = await seedImage(registry, {
    repository: "acme/platform",
    tags: ["one"],
    revision: "a".repeat(40),
  });
  const ref = parseImageRef(`${registry.host}/acme/platform:one`);
  expect(await openRegistries({ clock }).resolve(ref)).toMatchObject({ kind: "found", value: { digest } });
  expect(registry.requests.map(({ method }) => method)).toEqual(["HEAD", "GET"]);
});

test("a retag on such a server is settled at once", async () => {
  const registry = await start({ headOfManifests: "404" });
  await seedImage(registry, { repository: "acme/platform", tags: ["one"], revision: "a".repeat(40) });
  await seedImage(registry, { repository: "acme/platform", tags: ["latest"], revision: "b".repeat(40) });
  const source = parseImageRef(`${registry.host}/acme/platform:one`);
  const begun = clock.now();
  const verdict = await retag({ source, targets: ["latest"] }, { registries: openRegistries({ clock }), clock });
  expect(verdict).toMatchObject({ kind: "go", value: { images: [{ tags: [{ action: "moved" }] }] } });
  expect(clock.now() - begun).toBeLessThan(60_000);
});

test("what is not there is absent, by the GET", async () => {
  const registry = await start();
  await seedImage(registry, { repository: "acme/platform", tags: ["one"], revision: "a".repeat(40) });
  const ref = parseImageRef(`${registry.host}/acme/platform:none`);
  expect(await openRegistries({ clock }).resolve(ref)).toMatchObject({ kind: "absent" });
  expect(registry.requests.map(({ method }) => method)).toEqual(["HEAD", "GET"]);
});

test.each<[string, Fault]>([
  ["a web page", { kind: "answer", status: 404, headers: { "content-type": "text/html" }, body: "<html>gone</html>" }],
  ["the text of a web server", { kind: "answer", status: 404, body: "404 page not found\n" }],
  ["an error of the server", { kind: "answer", status: 500 }],
])("a GET that answers with %s proves no absence", async (_name, fault) => {
  const registry = await start();
  registry.misbehave({ when: ({ method }) => method === "GET", fault });
  const ref = parseImageRef(`${registry.host}/acme/platform:one`);
  expect(await openRegistries({ clock }).resolve(ref)).toMatchObject({ kind: "unknown" });
});
