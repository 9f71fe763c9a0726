import assert from "node:assert/strict";
import { test } from "node:test";
import { parseImageRef, systemClock } from "@lateen/kernel";
import { inspect, openRegistries } from "@lateen/registry";
import { seedImage, startRegistry } from "@lateen/registry/testing";
import { moveTags } from "./move-tags.ts";

void test("moves a tag in one registry and copies to another one", async () => {
  const [from, to] = [await startRegistry(), await startRegistry()];
  try {
    const revision = "1".repeat(40);
    await seedImage(from, { repository: "acme/platform", tags: ["staging-1"], revision });
    const targets = ["latest", `${to.host}/acme/platform:latest`];
    await moveTags(`${from.host}/acme/platform:staging-1`, targets, {});
    for (const { host } of [from, to]) {
      const ports = { registries: openRegistries(), clock: systemClock };
      const image = await inspect(parseImageRef(`${host}/acme/platform:latest`), ports);
      assert.equal(image.kind === "go" && image.value.revision, revision);
    }
    await assert.rejects(moveTags(`${from.host}/acme/platform:none`, ["latest"], {}), /refused/);
  } finally {
    await Promise.all([from.close(), to.close()]);
  }
});
