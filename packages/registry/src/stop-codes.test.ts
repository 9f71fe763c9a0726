import { parseImageRef } from "@lateen/kernel";
import { createScaledClock } from "@lateen/kernel/testing";
import { afterEach, expect, test } from "vitest";
import { inspect } from "./inspect.ts";
import { openRegistries } from "./open-registries.ts";
import { retag } from "./retag.ts";
import { type FakeRegistry, seedImage, startRegistry } from "./testing/index.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => void (await Promise.all(closing.splice(0).map((close) => close()))));

const clock = createScaledClock({ factor: 50 });

async function world() {
  const registry = await startRegistry();
  closing.push(registry.close);
  await seedImage(registry, { repository: "acme/platform", tags: ["one"], revision: "a".repeat(40) });
  await seedImage(registry, { repository: "acme/platform", tags: ["latest"], revision: "b".repeat(40) });
  const ports = { registries: openRegistries({ clock }), clock };
  const at = (tag: string) => parseImageRef(`${registry.host}/acme/platform:${tag}`);
  return {
    registry,
    ports,
    at,
    move: (tag = "one") => retag({ source: at(tag), targets: ["latest"], settleMs: 2_000 }, ports),
  };
}

type Fault = Parameters<FakeRegistry["misbehave"]>[0]["fault"];

const isPut = ({ method, path }: { method: string; path: string }): boolean =>
  method === "PUT" && path.endsWith("/latest");

test("an image that is not there", async () => {
  const { ports, at, move } = await world();
  expect(await inspect(at("none"), ports)).toMatchObject({ kind: "stop", outcome: "refused", code: "IMAGE_ABSENT" });
  expect(await move("none")).toMatchObject({ kind: "stop", outcome: "refused", code: "SOURCE_ABSENT" });
});

test("an image that cannot be read has the code of the error", async () => {
  const { registry, ports, at, move } = await world();
  registry.misbehave({
    when: ({ method }) => method === "GET",
    fault: { kind: "body", change: () => Buffer.from("[]") },
  });
  expect(await inspect(at("one"), ports)).toMatchObject({ kind: "stop", code: "MANIFEST_UNREADABLE" });
  expect(await move()).toMatchObject({ kind: "stop", outcome: "unknown", code: "MANIFEST_UNREADABLE" });
});

test.each<[string, Fault, string, string]>([
  [
    "a write that is refused",
    { kind: "answer", status: 409, body: "cannot be overwritten" },
    "refused",
    "TAGS_NOT_WRITTEN",
  ],
  ["a write that is only pretended", { kind: "pretend" }, "partial", "TAGS_UNSETTLED"],
])("%s", async (_name, fault, outcome, code) => {
  const { registry, move } = await world();
  registry.misbehave({ when: isPut, fault });
  expect(await move()).toMatchObject({ kind: "stop", outcome, code });
});

test("a copy whose source lacks a layer", async () => {
  const { registry, ports, at } = await world();
  const other = await startRegistry();
  closing.push(other.close);
  registry.store.repository("acme/platform").blobs.clear();
  const targets = [parseImageRef(`${other.host}/acme/mirror:latest`)];
  const verdict = await retag({ source: at("one"), targets }, ports);
  expect(verdict).toMatchObject({ kind: "stop", outcome: "refused", code: "REGISTRY_CONTENT_MISSING" });
  expect(verdict.evidence.length).toBeGreaterThan(1);
});
