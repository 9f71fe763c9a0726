import { absent, found, toReading } from "@lateen/kernel";
import type { Survey } from "../ports/survey.ts";
import type { Client } from "./client.ts";
import { packagesSchema, repositorySchema, workflowsSchema } from "./wire.ts";

/**
 * Makes the {@link Survey} of a repository.
 *
 * Sources: https://docs.github.com/en/rest/repos/repos#get-a-repository,
 * https://docs.github.com/en/rest/actions/workflows#list-repository-workflows,
 * https://docs.github.com/en/rest/packages/packages#list-packages-for-an-organization (wants `read:packages`).
 */
export function createSurvey(client: Client, repository: string): Survey {
  const about = (signal?: AbortSignal) => client.get("", { schema: repositorySchema, what: "a repository" }, signal);
  return {
    version: async () => absent("GitHub has one version"),
    defaultBranch: (signal) => toReading(async () => found((await about(signal)).branch)),
    workflows: (signal) =>
      toReading(async () => {
        const expected = { schema: workflowsSchema, what: "a list of workflows" };
        const pages = await client.pages("/actions/workflows?per_page=100", expected, signal);
        // GitHub makes some by itself, CodeQL's and Dependabot's, of which no file is in the repository.
        return found(pages.flat().filter(({ path }) => path.startsWith(".github/workflows/")));
      }),
    images: (signal) =>
      toReading(async () => {
        const [owner = ""] = repository.split("/");
        const kind = (await about(signal)).isOfUser ? "users" : "orgs";
        const list = `//${kind}/${encodeURIComponent(owner)}/packages?package_type=container&per_page=100`;
        const pages = await client.pages(list, { schema: packagesSchema, what: "a list of packages" }, signal);
        const path = (name: string): string => `${owner}/${name}`.toLowerCase();
        return found(pages.flat().map((row) => ({ path: path(row.name), repository: row.repository })));
      }),
  };
}
