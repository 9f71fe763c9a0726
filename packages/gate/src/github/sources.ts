import { absent, type CommitSha, found, mapReading, plainText, type Reading } from "@lateen/kernel";

import { readSafely } from "../forge/read-safely.ts";
import { contentsPath, keepFiles, workflowPath } from "../forge/repository-files.ts";
import type { Sources } from "../ports/sources.ts";
import type { Client } from "./client.ts";
import { contentsSchema, variableSchema, workflowSchema } from "./wire.ts";

/** Where GitHub takes workflows from. */
const workflowDirectory = ".github/workflows";

/** The path of a variable of the repository. */
export function variablePath(name: string): string {
  return `/actions/variables/${encodeURIComponent(name)}`;
}

/** Makes the {@link Sources} of a repository. */
export function createSources(client: Client): Sources {
  const file = keepFiles((path, commit, signal) => readFile(client, path, commit, signal));
  return {
    file,
    async workflowFile(name, commit, signal) {
      const path = name.includes("/") ? name : `${workflowDirectory}/${name}`;
      return mapReading(await file(path, commit, signal), (text) => ({ path, text }));
    },
    workflow: (name, signal) =>
      readSafely(async () => {
        const path = workflowPath(name);
        const workflow = await client.find(path, { schema: workflowSchema, what: "a workflow" }, signal);
        return workflow === undefined ? absent(`the forge has no workflow at ${client.urlOf(path)}`) : found(workflow);
      }),
  };
}

/** The live value of a variable of the repository. */
export function readVariable(client: Client, name: string, signal?: AbortSignal): Promise<Reading<string>> {
  return readSafely(async () => {
    const path = variablePath(name);
    const variable = await client.find(path, { schema: variableSchema, what: "a variable" }, signal);
    if (variable !== undefined) return found(variable.value);
    return absent(`the variable ${plainText(name, 80)} is not set: HTTP 404 from ${client.urlOf(path)}`);
  });
}

function readFile(client: Client, path: string, commit: CommitSha, signal?: AbortSignal): Promise<Reading<string>> {
  return readSafely(async () => {
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
