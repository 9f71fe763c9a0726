import { createGiteaForge } from "@lateen/gate/gitea";
import { createGitHubForge } from "@lateen/gate/github";
import { describeForgeContract, startGiteaFake, startGitHubFake } from "@lateen/gate/testing";
import { createHttp } from "@lateen/kernel";
import { senderOf } from "@lateen/registry/sender";
import { describe, test } from "vitest";

// The gate's own tests send with undici; the program sends with Node's own client where there is no proxy, and must see the same.
const http = createHttp({ send: senderOf({}, {}) });
const retry = { firstDelayMs: 1, attempts: 3 };
const runner = { describe, test };

describeForgeContract(
  "Gitea by Node's own client",
  async (options) => {
    const fake = await startGiteaFake({ ...options, version: "1.26.4" });
    const { repository, url } = fake;
    return { fake, connect: (token) => createGiteaForge({ url, repository, token, retry, http }) };
  },
  runner,
  { gitea: "1.26.4", lacks: ["etags", "empty variables"] },
);

describeForgeContract(
  "GitHub by Node's own client",
  async (options) => {
    const fake = await startGitHubFake(options);
    const { api, repository, url } = fake;
    return { fake, connect: (token) => createGitHubForge({ url, api, repository, token, retry, http }) };
  },
  runner,
);
