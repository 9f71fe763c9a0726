import { describe, expect, test } from "vitest";

import { createGiteaForge } from "../gitea/index.ts";
import { createGitHubForge } from "../github/index.ts";
import { describeForgeContract } from "./forge-contract.ts";
import { startGiteaFake } from "./gitea-fake.ts";
import { startGitHubFake } from "./github-fake.ts";

const retry = { firstDelayMs: 1, attempts: 3 };
const runner = { describe, test, expect };

describeForgeContract(
  "Gitea",
  async (options) => {
    const fake = await startGiteaFake(options);
    return { fake, connect: (token) => createGiteaForge({ url: fake.url, repository: fake.repository, token, retry }) };
  },
  runner,
);

describeForgeContract(
  "GitHub",
  async (options) => {
    const fake = await startGitHubFake(options);
    const { api, repository, url } = fake;
    return { fake, connect: (token) => createGitHubForge({ url, api, repository, token, retry }) };
  },
  runner,
);
