import { createGiteaForge } from "@lateen/gate/gitea";
import { createGitRepository, type GitRepository, startGitea } from "@lateen/git-log/testing";
import { describeForgeContract, openGitGraph } from "@lateen/gate/testing";
import { secret } from "@lateen/kernel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createGitBackedGraph, openGiteaSubject } from "./gitea-subject.ts";

type GiteaServer = Awaited<ReturnType<typeof startGitea>>;

const program = process.env["LATEEN_REAL_GITEA"] ?? "";

// The suite that the published fake passes. Statuses are posted, since each test is about how they are read; runs cannot be set, and
// are left to the tests of the pipeline. Other versions cannot be had from the Go module proxy: of those only the fake is tested.
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

  test("a variable of the user who owns the repository counts, and that of a repository that is not there does not", async () => {
    const { url, user, token } = gitea;
    await gitea.api("POST", "/user/repos", { name: "own" });
    await gitea.api("POST", "/user/actions/variables/STOP", { value: "true" });
    await gitea.api("POST", "/orgs", { username: "makers" });
    const read = (repository: string) => createGiteaForge({ url, repository, token: secret(token) }).variable("STOP");
    expect(await read(`${user}/own`)).toEqual({ kind: "found", value: "true" });
    await gitea.api("DELETE", "/user/actions/variables/STOP");
    expect(await read(`${user}/own`)).toMatchObject({ kind: "absent" });
    expect(await read("makers/nothing")).toMatchObject({ kind: "unknown", cause: { code: "FORGE_NOT_FOUND" } });
    expect(await read("strangers/nothing")).toMatchObject({ kind: "unknown", cause: { code: "FORGE_FORBIDDEN" } });
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
