import { absent, type CommitSha, found, mapReading, type Reading, toReading } from "@lateen/kernel";
import type { Sources, WorkflowFile } from "../ports/sources.ts";
import type { Client } from "./client.ts";
import { featuresOf } from "./features.ts";
import { parseWorkflow } from "../triggers/parse-workflow.ts";
import { workflowSchema } from "../forge/lenient.ts";
import { contentsPath, keepFiles, workflowPath } from "../forge/repository-files.ts";
import { contentsSchema, folderSchema, type WireContents } from "./wire.ts";

/** Folders from which Gitea takes workflows: the second only if a commit lacks the first. Source: Gitea's `modules/actions`, `ListWorkflows`. */
const [ownFolder, sharedFolder] = [".gitea/workflows", ".github/workflows"] as const;

/** Makes the {@link Sources} of a repository. */
export function createSources(client: Client): Sources {
  const file = keepFiles((path, commit, signal) => readFile(client, path, commit, signal));
  return {
    file,
    workflowNamed: (title, commit, signal) => findNamed(client, file, title, commit, signal),
    filters: async (signal) => featuresOf(await client.version(signal)).filters,
    workflowFile: (name, commit, signal) =>
      name.includes("/") ? readNamed(file, name, commit, signal) : readWorkflow(client, file, name, commit, signal),
    workflow: (name, signal) =>
      toReading(async () => {
        const path = workflowPath(name);
        const answer = await client.find(path, { schema: workflowSchema, what: "a workflow" }, signal);
        return answer === undefined
          ? absent(`the forge has no workflow at ${client.urlOf(path)}`)
          : found(answer.value);
      }),
  };
}

function readFile(client: Client, path: string, commit: CommitSha, signal?: AbortSignal): Promise<Reading<string>> {
  return toReading(async () => {
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

function decode({ content, encoding }: WireContents): string {
  return encoding === "base64" ? Buffer.from(content, "base64").toString("utf8") : content;
}

async function readNamed(
  file: Sources["file"],
  path: string,
  commit: CommitSha,
  signal?: AbortSignal,
): Promise<Reading<WorkflowFile>> {
  return mapReading(await file(path, commit, signal), (text) => ({ path, text }));
}

async function readWorkflow(
  client: Client,
  file: Sources["file"],
  name: string,
  commit: CommitSha,
  signal?: AbortSignal,
): Promise<Reading<WorkflowFile>> {
  const [own, shared] = await Promise.all(
    [ownFolder, sharedFolder].map((folder) => readNamed(file, `${folder}/${name}`, commit, signal)),
  );
  if (own === undefined || shared === undefined || own.kind !== "absent")
    return own ?? absent("no folder of workflows");
  if (shared.kind !== "found") return shared;
  const folder = await toReading(async () => {
    const answer = await client.find(
      contentsPath(ownFolder, commit),
      { schema: folderSchema, what: "the contents of a folder" },
      signal,
    );
    return answer === undefined ? absent(`commit ${commit} has no ${ownFolder}`) : found(ownFolder);
  });
  if (folder.kind === "found")
    return absent(`${shared.value.path} does not count, since commit ${commit} has ${ownFolder}`);
  return folder.kind === "absent" ? shared : folder;
}

/** Workflow files that are read in search of a title. */
const mostFiles = 50;

async function findNamed(
  client: Client,
  file: Sources["file"],
  title: string,
  commit: CommitSha,
  signal?: AbortSignal,
): Promise<Reading<string>> {
  return toReading<Reading<string>>(async () => {
    const names =
      (await listFolder(client, ownFolder, commit, signal)) ?? (await listFolder(client, sharedFolder, commit, signal));
    if (names === undefined || names.length > mostFiles) return absent(`commit ${commit} has no list of workflows`);
    const texts = await Promise.all(names.map(({ path }) => file(path, commit, signal)));
    const titles = await Promise.all(
      texts.map(async (text, index) => {
        const { name = "", path = "" } = names[index] ?? {};
        const parsed = text.kind === "found" ? await parseWorkflow(text.value, path) : text;
        return parsed.kind === "found" && (parsed.value.name ?? name) === title ? [name] : [];
      }),
    );
    const [only, second] = titles.flat();
    return only === undefined || second !== undefined
      ? absent(`${only === undefined ? "no workflow" : "more than one workflow"} at ${commit} is named ${title}`)
      : found(only);
  });
}

async function listFolder(
  client: Client,
  folder: string,
  commit: CommitSha,
  signal?: AbortSignal,
): Promise<readonly { readonly name: string; readonly path: string }[] | undefined> {
  const expected = { schema: folderSchema, what: "the contents of a folder" };
  const answer = await client.find(contentsPath(folder, commit), expected, signal);
  return answer?.value
    .filter(({ path }) => /\.ya?ml$/.test(path))
    .map(({ path }) => ({ path, name: path.slice(path.lastIndexOf("/") + 1) }));
}
