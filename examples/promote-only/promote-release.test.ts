import assert from "node:assert/strict";
import { test } from "node:test";
import { openGitGraph, startGiteaFake } from "@lateen/gate/testing";
import { createGitRepository } from "@lateen/git-log/testing";
import { parseImageRef } from "@lateen/kernel";
import { openRegistries } from "@lateen/registry";
import { seedImage, startRegistry } from "@lateen/registry/testing";
import { promoteRelease } from "./promote-release.ts";

void test("moves both tags forward, and refuses to go back", async () => {
  const [core, registry] = [await createGitRepository(), await startRegistry()];
  const forge = await startGiteaFake({ graph: openGitGraph(core.path), token: "t0ken" });
  const names = ["acme/platform", "acme/platform-tenant"];
  const places = {
    forge: forge.url,
    repository: forge.repository,
    ledger: core.path,
    images: names.map((name) => `${registry.host}/${name}`),
    token: "t0ken",
  };
  const release = async (message: string): Promise<string> => {
    const sha = await core.commit({ message });
    const tags = [`staging-${sha.slice(0, 7)}`];
    for (const repository of names) await seedImage(registry, { repository, tags, revision: sha, content: sha });
    return sha;
  };
  try {
    const [older, newer] = [await release("sell hats"), await release("sell umbrellas")];
    assert.equal(await promoteRelease(newer, places, process.env), "go");
    assert.match(await promoteRelease(older, places, process.env), /^refused/);
    const registries = openRegistries();
    for (const image of places.images) {
      const [latest, candidate] = await Promise.all(
        ["latest", `staging-${newer.slice(0, 7)}`].map((tag) => registries.resolve(parseImageRef(`${image}:${tag}`))),
      );
      assert.ok(latest?.kind === "found" && candidate?.kind === "found");
      assert.equal(latest.value.digest, candidate.value.digest);
    }
  } finally {
    await Promise.all([forge.close(), registry.close(), core.close()]);
  }
});
