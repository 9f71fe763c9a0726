import { startGitea } from "@lateen/git-log/testing";
import { secret } from "@lateen/kernel";
import { describe } from "vitest";
import { describeDispatcherContract } from "../../test/dispatcher-contract.ts";

const program = process.env["LATEEN_REAL_GITEA"];

describe.skipIf(program === undefined)("a real Gitea", () => {
  describeDispatcherContract("a real Gitea", async () => {
    const gitea = await startGitea(program ?? "");
    const repository = `${gitea.user}/core`;
    await gitea.api("POST", "/user/repos", { name: "core", auto_init: true, default_branch: "main" });
    return {
      kind: "gitea",
      api: `${gitea.url}/api/v1`,
      repository,
      token: secret(gitea.token),
      addWorkflow: async (file, text) => {
        const content = Buffer.from(text).toString("base64");
        const path = `/repos/${repository}/contents/.gitea/workflows/${file}`;
        await gitea.api("POST", path, { content, message: `add ${file}`, branch: "main" });
      },
      disable: async (file) => void (await gitea.api("PUT", `/repos/${repository}/actions/workflows/${file}/disable`)),
      close: gitea.close,
    };
  });
});
