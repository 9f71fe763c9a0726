import { absent, type CommitSha, found, type Reading, unknown } from "@lateen/kernel";

import type { Sources, WorkflowFile } from "../sources.ts";
import type { Client } from "./client.ts";
import { readSafely } from "./read-safely.ts";
import { contentsSchema, workflowSchema } from "./wire.ts";

/** Where Gitea takes workflows from, first match wins. Source: Gitea's `modules/actions`, `ListWorkflows`. */
const workflowDirectories = [".gitea/workflows", ".github/workflows"] as const;

/** Makes the {@link Sources} of a repository. What stands in a file at a commit never changes, so it is kept. */
export function createSources(client: Client): Sources {
  const kept = new Map<string, Reading<string>>();
  const file: Sources["file"] = async (path, commit, signal) => {
    const key = `${commit}:${path}`;
    const reading = kept.get(key) ?? (await readFile(client, path, commit, signal));
    if (reading.kind !== "unknown") kept.set(key, reading);
    return reading;
  };
  return {
    file,
    workflowFile: (name, commit, signal) => readWorkflowFile(file, name, commit, signal),
    workflow: (name, signal) =>
      readSafely(async () => {
        const path = `/actions/workflows/${encodeURIComponent(name.slice(name.lastIndexOf("/") + 1))}`;
        const answer = await client.find(path, { schema: workflowSchema, what: "a workflow" }, signal);
        return answer === undefined
          ? absent(`the forge has no workflow at ${client.urlOf(path)}`)
          : found(answer.value);
      }),
  };
}

/** The address of a file's contents at a commit. */
export function contentsPath(path: string, sha: string): string {
  return `/contents/${path.split("/").map(encodeURIComponent).join("/")}?ref=${sha}`;
}

function readFile(client: Client, path: string, commit: CommitSha, signal?: AbortSignal): Promise<Reading<string>> {
  return readSafely(async () => {
    const answer = await client.find(
      contentsPath(path, commit),
      { schema: contentsSchema, what: "the contents of a file" },
      signal,
    );
    if (answer !== undefined) return found(decode(answer.value));
    const raw = await client.text(contentsPath(path, commit).replace("/contents/", "/raw/"), signal);
    return raw === undefined ? absent(`commit ${commit} has no file ${path}`) : found(raw);
  });
}

function decode({ content, encoding }: { content: string; encoding?: string | null | undefined }): string {
  return encoding === "base64" ? Buffer.from(content, "base64").toString("utf8") : content;
}

async function readWorkflowFile(
  file: Sources["file"],
  name: string,
  commit: CommitSha,
  signal?: AbortSignal,
): Promise<Reading<WorkflowFile>> {
  const paths = name.includes("/") ? [name] : workflowDirectories.map((directory) => `${directory}/${name}`);
  const readings = await Promise.all(paths.map((path) => file(path, commit, signal)));
  for (const [index, reading] of readings.entries()) {
    if (reading.kind === "unknown") return unknown(reading.cause);
    if (reading.kind === "found") return found({ path: paths[index] ?? name, text: reading.value });
  }
  return absent(`commit ${commit} has none of ${paths.join(", ")}`);
}
