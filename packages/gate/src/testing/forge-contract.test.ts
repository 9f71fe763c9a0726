import { describe, test } from "vitest";

import { createGiteaForge } from "../gitea/index.ts";
import { createGitHubForge } from "../github/index.ts";
import { describeForgeContract } from "./forge-contract.ts";
import { startGiteaFake } from "./gitea-fake.ts";
import { startGitHubFake } from "./github-fake.ts";

const retry = { firstDelayMs: 1, attempts: 3 };
const runner = { describe, test };

for (const version of ["1.22.6", "1.26.4"]) {
  describeForgeContract(
    `Gitea ${version}`,
    async (options) => {
      const fake = await startGiteaFake({ ...options, version });
      const { repository, url } = fake;
      return { fake, connect: (token) => createGiteaForge({ url, repository, token, retry }) };
    },
    runner,
    { lacks: version.startsWith("1.22") ? ["runs", "empty variables"] : ["empty variables"] },
  );
}

describeForgeContract(
  "GitHub",
  async (options) => {
    const fake = await startGitHubFake(options);
    const { api, repository, url } = fake;
    return { fake, connect: (token) => createGitHubForge({ url, api, repository, token, retry }) };
  },
  runner,
);
