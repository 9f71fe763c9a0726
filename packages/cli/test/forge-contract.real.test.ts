import { createGitRepository, type GitRepository, startGitea } from "@lateen/git-log/testing";
import { describeForgeContract, openGitGraph } from "@lateen/gate/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { createGitBackedGraph, openGiteaSubject } from "./gitea-subject.ts";

type GiteaServer = Awaited<ReturnType<typeof startGitea>>;

const program = process.env["LATEEN_REAL_GITEA"] ?? "";

// The suite that the published fake passes. Statuses are posted, since each test is about how they are read; runs cannot be set, and
// are left to the tests of the pipeline. Gitea 1.22 and 1.27 cannot be had from the Go module proxy: of those only the fake is tested.
describe.skipIf(program === "")("Gitea 1.26.0", () => {
  let gitea: GiteaServer;
  let repositories = 0;
  const made: GitRepository[] = [];
  beforeAll(async () => {
    gitea = await startGitea(program);
  });
  afterAll(async () => {
    await gitea.close();
    await Promise.all(made.map((repository) => repository.close()));
  });

  describeForgeContract(
    "real",
    async ({ graph, token }) => {
      const repository = made.at(-1);
      if (repository === undefined || graph === undefined) throw new Error("no repository");
      return openGiteaSubject(gitea, `core-${++repositories}`, repository, token);
    },
    { describe, test },
    {
      gitea: "1.26.0",
      lacks: ["runs to be set", "etags", "empty variables"],
      createGraph: async () => {
        const repository = await createGitRepository();
        made.push(repository);
        return createGitBackedGraph(repository, openGitGraph(repository.path));
      },
    },
  );
});
