import assert from "node:assert/strict";
import { test } from "node:test";
import { createGitHubForge } from "@lateen/gate/github";
import { createMemoryGraph, startGitHubFake } from "@lateen/gate/testing";
import { secret } from "@lateen/kernel";
import { decide } from "./decide.ts";

void test("ends as the checks of the commit do", async () => {
  const graph = createMemoryGraph();
  const sha = graph.add({ message: "Sell umbrellas" });
  const server = await startGitHubFake({ graph, token: "t0ken" });
  const { api, url, repository } = server;
  const forge = createGitHubForge({ url, api, repository, token: secret("t0ken") });
  try {
    server.setRun({ sha, file: "e2e.yml", status: "completed", conclusion: "success" });
    server.setStatus({ sha, context: "all-required", state: "pending" });
    assert.equal((await decide(forge, sha, ["all-required"])).code, 10);
    server.setStatus({ sha, context: "all-required", state: "failure" });
    assert.equal((await decide(forge, sha, ["all-required"])).code, 3);
    server.setStatus({ sha, context: "all-required", state: "success" });
    assert.deepEqual(await decide(forge, sha, ["all-required"]), { code: 0, text: "open" });
  } finally {
    await server.close();
  }
});
