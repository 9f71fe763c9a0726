import { parseImageRef } from "@lateen/kernel";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRegistries } from "./open-registries.ts";
import { seedImage, startRegistry } from "./testing/index.ts";

test("the caller is given what docker's files hold, so that it can be hidden", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lateen-docker-"));
  const registry = await startRegistry({ auth: { users: { ci: "from-a-file" } } });
  const auth = Buffer.from("ci:from-a-file").toString("base64");
  await writeFile(join(folder, "config.json"), JSON.stringify({ auths: { [registry.host]: { auth } } }));
  const heard: string[] = [];
  const registries = openRegistries({ env: { DOCKER_CONFIG: folder }, onSecret: (value) => heard.push(value) });
  try {
    await registries.resolve(parseImageRef(`${registry.host}/acme/platform:latest`));
    expect(new Set(heard)).toEqual(new Set(["from-a-file"]));
  } finally {
    await registry.close();
    await rm(folder, { recursive: true });
  }
});

test.each(["docker.io", "index.docker.io", "registry-1.docker.io"])(
  "an entry for %s is that of Docker Hub, whichever of its names a reference has",
  async (name) => {
    const registry = await startRegistry();
    try {
      const { digest } = await seedImage(registry, { repository: "library/alpine", tags: ["3"] });
      const registries = openRegistries({ registries: { [name]: { endpoint: registry.url } } });
      for (const host of ["docker.io", "index.docker.io", "registry-1.docker.io"])
        expect(await registries.resolve(parseImageRef(`${host}/alpine:3`))).toMatchObject({ value: { digest } });
    } finally {
      await registry.close();
    }
  },
);
