import { describe, test } from "vitest";
import { createGiteaForge } from "../gitea/index.ts";
import { createGitHubForge } from "../github/index.ts";
import { describeForgeContract } from "./forge-contract.ts";
import { startGiteaFake } from "./gitea-fake.ts";
import { startGitHubFake } from "./github-fake.ts";

const retry = { firstDelayMs: 1, attempts: 3 };
const runner = { describe, test };

/** One version of each row of the adapter's table. */
const giteaVersions = ["1.22.6", "1.24.6", "1.25.5", "1.26.4", "1.27.3"];
const giteaLacks = ["etags", "empty variables"] as const;
const lacking: Readonly<Record<string, readonly ("runs" | "workflows")[]>> = {
  "1.22.6": ["runs", "workflows"],
  "1.24.6": ["runs"],
};

for (const version of giteaVersions) {
  describeForgeContract(
    `Gitea ${version}`,
    async (options) => {
      const fake = await startGiteaFake({ ...options, version });
      const { repository, url } = fake;
      return { fake, connect: (token) => createGiteaForge({ url, repository, token, retry }) };
    },
    runner,
    { gitea: version, lacks: [...giteaLacks, ...(lacking[version] ?? [])] },
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
