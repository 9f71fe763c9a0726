import { absent, type CommitSha, found, mapReading, plainText, type Reading, toReading } from "@lateen/kernel";
import { workflowSchema } from "../forge/lenient.ts";
import { contentsPath, keepFiles, workflowPath } from "../forge/repository-files.ts";
import type { Sources } from "../ports/sources.ts";
import type { Client } from "./client.ts";
import { contentsSchema, variableSchema, variablesSchema } from "./wire.ts";

/** Folder from which GitHub takes workflows. */
const workflowDirectory = ".github/workflows";

export function variablePath(name: string): string {
  return `/actions/variables/${encodeURIComponent(name)}`;
}

/** Makes the {@link Sources} of a repository. */
export function createSources(client: Client): Sources {
  const file = keepFiles((path, commit, signal) => readFile(client, path, commit, signal));
  return {
    file,
    // GitHub leaves no mark for a workflow that its filter kept out, so there is no title to look for.
    workflowNamed: () => Promise.resolve(absent("GitHub does not name jobs by their workflow")),
    filters: () => Promise.resolve("github" as const),
    async workflowFile(name, commit, signal) {
      const path = name.includes("/") ? name : `${workflowDirectory}/${name}`;
      return mapReading(await file(path, commit, signal), (text) => ({ path, text }));
    },
    workflow: (name, signal) =>
      toReading(async () => {
        const path = workflowPath(name);
        const workflow = await client.find(path, { schema: workflowSchema, what: "a workflow" }, signal);
        return workflow === undefined ? absent(`the forge has no workflow at ${client.urlOf(path)}`) : found(workflow);
      }),
  };
}

/** The live value of a variable: the repository's, else the organisation's if the repository sees it, as jobs do. */
export function readVariable(
  client: Client,
  repository: string,
  name: string,
  signal?: AbortSignal,
): Promise<Reading<string>> {
  return toReading(async () => {
    const path = variablePath(name);
    const own = await client.find(path, { schema: variableSchema, what: "a variable", ownNotFound: true }, signal);
    if (own !== undefined) return found(own.value);
    const inherited = await readInherited(client, repository, name, signal);
    if (inherited !== undefined) return found(inherited);
    return absent(
      `the variable ${plainText(name, 80)} is not set: HTTP 404 from ${client.urlOf(path)}, and not in the organisation`,
    );
  });
}

/**
 * The organisation's variables that this repository sees; a server without that list is asked for the variable itself.
 *
 * Source: https://docs.github.com/en/rest/actions/variables#list-repository-organization-variables (30 on a page at most).
 */
async function readInherited(
  client: Client,
  repository: string,
  name: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const expected = { schema: variablesSchema, what: "a list of variables" };
  const list = "/actions/organization-variables?per_page=30";
  const first = await client.find(list, expected, signal);
  if (first !== undefined) {
    const pages = first.variables.length < 30 ? [first] : await client.pages(list, expected, signal);
    // GitHub keeps names in capitals, whatever case was typed.
    const same = (other: string): boolean => other.toUpperCase() === name.toUpperCase();
    return pages.flatMap(({ variables }) => variables).find((variable) => same(variable.name))?.value;
  }
  const [owner = ""] = repository.split("/");
  const above = `//orgs/${encodeURIComponent(owner)}${variablePath(name)}`;
  return (await client.find(above, { schema: variableSchema, what: "a variable", ownNotFound: true }, signal))?.value;
}

function readFile(client: Client, path: string, commit: CommitSha, signal?: AbortSignal): Promise<Reading<string>> {
  return toReading(async () => {
    const contents = await client.find(
      contentsPath(path, commit),
      { schema: contentsSchema, what: "the contents of a file" },
      signal,
    );
    if (contents === undefined)
      return absent(`commit ${commit} has no file ${path}: HTTP 404 from ${client.urlOf(contentsPath(path, commit))}`);
    return found(Buffer.from(contents.content, "base64").toString("utf8"));
  });
}
