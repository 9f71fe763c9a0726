import { generateKeyPairSync } from "node:crypto";
import { secret } from "@lateen/kernel";
import { afterEach, describe, expect, it } from "vitest";
import { causeOf, closeGitHubWorlds, startGitHubWorld, valueOf } from "../testing/github-world.ts";
import { createGitHubForge } from "./index.ts";
import type { GitHubForgeOptions } from "./create-github-forge.ts";

afterEach(closeGitHubWorlds);

describe("GitHub App", () => {
  const keys = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const app = { appId: 1234, installationId: 77, publicKey: keys.publicKey };

  it.each([[77], [undefined]])("reads as installation %s", async (installationId) => {
    const { fake, forge, graph } = await startGitHubWorld(
      { app },
      { app: { appId: 1234, installationId, privateKey: secret(keys.privateKey.replaceAll("\n", "\\n")) } },
    );
    const sha = graph.add();
    expect(valueOf(await forge.head("main"))).toBe(sha);
    expect(valueOf(await forge.head("main"))).toBe(sha);
    expect(fake.requests.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  it.each([
    ["another key", keys.privateKey, 4321],
    ["no key", "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----", 1234],
    ["nonsense", "secret-nonsense", 1234],
  ])("cannot sign in with %s, and does not show it", async (_, key, appId) => {
    const { forge, graph } = await startGitHubWorld(
      { app },
      { app: { appId, installationId: 77, privateKey: secret(key) } },
    );
    graph.add();
    const error = causeOf(await forge.head("main"));
    expect(error.category).toBe("auth");
    expect(JSON.stringify([error.message, error.why, error.fix, String(error.stack), error.cause ?? ""])).not.toMatch(
      /c2VjcmV0|secret-nonsense|BEGIN/,
    );
  });
});

it("derives the address of the API", () => {
  const urlOf = (options: Partial<GitHubForgeOptions>): string =>
    createGitHubForge({ repository: "acme/core", ...options }).urlOf({ kind: "variable", name: "OFF" });
  expect(urlOf({})).toBe("https://api.github.com/repos/acme/core/actions/variables/OFF");
  expect(urlOf({ url: "https://github.com/" })).toBe("https://api.github.com/repos/acme/core/actions/variables/OFF");
  expect(urlOf({ url: "https://ghe.example.com/" })).toBe(
    "https://ghe.example.com/api/v3/repos/acme/core/actions/variables/OFF",
  );
  expect(urlOf({ url: "https://ghe.example.com", api: "http://127.0.0.1:8080/" })).toBe(
    "http://127.0.0.1:8080/repos/acme/core/actions/variables/OFF",
  );
});
