import { absent, found, toReading } from "@lateen/kernel";
import type { Survey } from "../ports/survey.ts";
import type { Client } from "./client.ts";
import { pageSize, readPages } from "./read-pages.ts";
import { readNamedVersion } from "./named-version.ts";
import { packagesSchema, repositorySchema, workflowsSchema } from "./wire.ts";

/** Makes the {@link Survey} of a repository. Source: Gitea's `/api/swagger`; workflows are listed since 1.24. */
export function createSurvey(client: Client, repository: string): Survey {
  return {
    version: (signal) => toReading(() => readNamedVersion(client, signal)),
    defaultBranch: (signal) =>
      toReading(async () => {
        const answer = await client.get("", { schema: repositorySchema, what: "a repository" }, signal);
        return found(answer.value.branch);
      }),
    workflows: (signal) =>
      toReading(async () => {
        const path = "/actions/workflows";
        const answer = await client.find(path, { schema: workflowsSchema, what: "a list of workflows" }, signal);
        return answer === undefined
          ? absent(`there is no list of workflows at ${client.urlOf(path)}; Gitea has one since 1.24`)
          : found(answer.value);
      }),
    images: (signal) =>
      toReading(async () => {
        const [owner = ""] = repository.split("/");
        const list = `//packages/${encodeURIComponent(owner)}?type=container&limit=${pageSize}`;
        const expected = { schema: packagesSchema, what: "a list of packages" };
        const page = (number: number) => client.get(`${list}&page=${number}`, expected, signal);
        const { rows } = await readPages({ page, counted: true });
        // One row for each version.
        const images = new Map(rows.map((row) => [`${owner}/${row.name}`.toLowerCase(), row.repository]));
        return found([...images].map(([path, linked]) => ({ path, repository: linked })));
      }),
  };
}
