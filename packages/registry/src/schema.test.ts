import { parseImageRef, systemClock } from "@lateen/kernel";
import { expect, test } from "vitest";
import { inspect, openRegistries, retag } from "./index.ts";
import { inspectionSchema, retaggedImageSchema } from "./schema.ts";
import { seedImage, startRegistry } from "./testing/index.ts";

test("what inspect and retag answer survives JSON and fits the schemas", async () => {
  const registry = await startRegistry();
  const labels = { "org.opencontainers.image.source": "https://git.example.com/acme/core" };
  const image = await seedImage(registry, {
    repository: "acme/platform",
    tags: ["one"],
    revision: "a".repeat(40),
    labels,
  });
  const source = parseImageRef(`${registry.host}/acme/platform:one`);
  const ports = { registries: openRegistries(), clock: systemClock };
  const looked = await inspect(source, ports);
  const moved = await retag({ source, targets: ["latest"] }, ports);
  await registry.close();
  if (looked.kind !== "go" || moved.kind !== "go") throw new Error("neither should have stopped");
  const seen = inspectionSchema.parse(JSON.parse(JSON.stringify(looked.value)));
  expect(seen).toEqual({
    repository: `${registry.host}/acme/platform`,
    digest: image.digest,
    mediaType: image.mediaType,
    platforms: ["linux/amd64", "linux/arm64"],
    labels: { ...labels, "org.opencontainers.image.revision": "a".repeat(40) },
    revision: "a".repeat(40),
  });
  const [destination] = moved.value.images;
  expect(retaggedImageSchema.parse(JSON.parse(JSON.stringify(destination))).tags).toEqual([
    { tag: "latest", after: image.digest, action: "created" },
  ]);
  expect(retaggedImageSchema.safeParse({ ...destination, digest: "latest" }).success).toBe(false);
});
