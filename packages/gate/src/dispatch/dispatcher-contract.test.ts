import { secret } from "@lateen/kernel";
import { createMemoryGraph } from "../testing/commit-graph.ts";
import { startGiteaFake } from "../testing/gitea-fake.ts";
import { startGitHubFake } from "../testing/github-fake.ts";
import { describeDispatcherContract } from "../../test/dispatcher-contract.ts";

for (const kind of ["gitea", "github"] as const)
  describeDispatcherContract(`a fake ${kind}`, async () => {
    const graph = createMemoryGraph();
    const start = kind === "gitea" ? startGiteaFake : startGitHubFake;
    const { api, repository, close, setWorkflow } = await start({ graph, token: "t0ken" });
    return {
      kind,
      api,
      repository,
      token: secret("t0ken"),
      addWorkflow: async (file, text) => void graph.add({ files: { [`.${kind}/workflows/${file}`]: text } }),
      disable: async (file) => setWorkflow(file, "disabled_manually"),
      close,
    };
  });
