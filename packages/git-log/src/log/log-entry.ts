import { type AppendLog, isReleaseError, type LogEntry, parseJson, plainText, ReleaseError } from "@lateen/kernel";
import { type GitObject, gitObject, treeOf } from "../git/objects.ts";

/** The file in the commit's tree that holds an entry. */
const entryFile = "entry.json";

/** An entry and the objects that hold it: its commit, tree and file. */
export interface StoredEntry {
  readonly entry: LogEntry;
  readonly objects: readonly GitObject[];
}

export interface Author {
  readonly name: string;
  readonly email: string;
}

/**
 * Makes the entry that follows `parent`; its commit is not written anywhere yet.
 *
 * @throws ReleaseError `GIT_ENTRY_TOO_LARGE`: what could not be read back would close the log
 */
export function composeEntry(
  draft: Parameters<AppendLog["append"]>[1],
  parent: LogEntry | undefined,
  author: Author,
  now: number,
): StoredEntry {
  const position = (parent?.position ?? 0) + 1;
  const blob = gitObject("blob", composeFile(position, draft.value));
  const tree = treeOf(entryFile, blob);
  const seconds = Math.trunc(now / 1000);
  const person = `${author.name} <${author.email}> ${seconds} +0000`;
  const header = [
    `tree ${tree.id}`,
    ...(parent ? [`parent ${parent.id}`] : []),
    `author ${person}`,
    `committer ${person}`,
  ];
  const commit = gitObject("commit", `${header.join("\n")}\n\n${composeMessage(draft.subject, draft.body ?? "")}`);
  const read = parseObject(blob.content.toString());
  if (read === undefined) throw tooLarge();
  const { value } = read;
  const entry = { id: commit.id, position, at: new Date(seconds * 1000).toISOString(), value };
  return { entry, objects: [commit, tree, blob] };
}

/** The random `writer` keeps two writers of the same value from making the same commit. */
function composeFile(position: number, value: unknown): string {
  return `${JSON.stringify({ schemaVersion: 1, position, writer: crypto.randomUUID(), value }, undefined, 2)}\n`;
}

/** A commit message of harmless lines: the subject, and paragraphs below it. */
function composeMessage(subject: string, body: string): string {
  const lines = [plainText(subject, 200) || "entry", "", ...body.slice(0, 20_000).split("\n")];
  return `${lines
    .map((line) => plainText(line, 1_000))
    .join("\n")
    .trimEnd()}\n`;
}

/** Input of `git cat-file --batch` for the newest `limit` entries of the log whose head is at `ref`. */
export function batchOf(ref: string, limit: number): string {
  const commits = Array.from({ length: limit }, (_, at) => `${ref}~${at}\n${ref}~${at}:${entryFile}\n`);
  return `${ref}^{tree}\n${commits.join("")}`;
}

/**
 * The entries in the answer to {@link batchOf}, newest first, as far as they were fetched; the newest with its objects.
 *
 * @throws ReleaseError `GIT_ENTRY_FOREIGN` if a commit was not written by a log, or not as the successor of its parent
 */
export async function parseBatch(
  batch: Buffer,
  head: string,
  ref: string,
): Promise<readonly [StoredEntry, ...StoredEntry[]]> {
  const [tree, ...rest] = splitBatch(batch);
  const entries: StoredEntry[] = [];
  for (let at = 0; rest[at] !== undefined; at += 2) {
    const [commit, file] = rest.slice(at);
    if (commit?.type !== "commit") break;
    if (file?.type !== "blob") throw foreign(ref, commit.id, `it has no ${entryFile}`);
    const entry = parseEntry(commit, file, ref);
    // A signal is heard between two entries, however many of them take their time.
    await new Promise((resolve) => setImmediate(resolve));
    entries.push({ entry, objects: at === 0 && tree !== undefined ? [commit, tree, file] : [] });
  }
  const [newest, ...older] = entries;
  if (newest?.entry.id !== head) throw foreign(ref, head, "the ref names something else than a commit");
  const gap = older.find(({ entry }, at) => entry.position !== newest.entry.position - at - 1)?.entry;
  if (gap !== undefined) throw foreign(ref, gap.id, `its position ${gap.position} is not that of a predecessor`);
  return [newest, ...older];
}

function parseEntry(commit: GitObject, file: GitObject, ref: string): LogEntry {
  const { id } = commit;
  const text = commit.content.toString();
  const header = text.slice(0, text.indexOf("\n\n") + 1);
  const parents = header.match(/^parent /gm)?.length ?? 0;
  const seconds = /^committer .* (\d{1,11}) [+-]\d{4}$/m.exec(header)?.[1];
  const read = parseObject(file.content.toString());
  if (read === undefined) throw foreign(ref, id, `its ${entryFile} holds more values than an entry may have`);
  const { schemaVersion, position, value } = read;
  if (schemaVersion !== 1) throw foreign(ref, id, `its ${entryFile} is not of schema version 1`);
  if (!Number.isSafeInteger(position) || parents !== Math.min(1, Number(position) - 1) || seconds === undefined) {
    throw foreign(ref, id, `its position ${plainText(String(position), 20)} does not fit its ${parents} parents`);
  }
  return { id, position: Number(position), at: new Date(Number(seconds) * 1000).toISOString(), value };
}

const anything = { safeParse: (data: unknown) => ({ success: true as const, data }) };

/** The object in `text`, an empty one if there is none; undefined if it has more values than any answer from outside may have. */
function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return { ...(parseJson({ text: () => text, url: "" }, anything, "an entry") as Record<string, unknown> | null) };
  } catch (error) {
    return isReleaseError(error) && error.code === "HTTP_TOO_LARGE" ? undefined : {};
  }
}

function tooLarge(): ReleaseError {
  return new ReleaseError({
    code: "GIT_ENTRY_TOO_LARGE",
    category: "input",
    message: "the entry has more values than are read back, so it was not written",
    fix: "write less at a time",
  });
}

/** Source: git-cat-file(1), "BATCH OUTPUT": `<id> <type> <size>`, newline, content, newline; or `<name> missing`. */
function splitBatch(batch: Buffer): (GitObject | undefined)[] {
  const objects: (GitObject | undefined)[] = [];
  for (let at = 0; at < batch.length;) {
    const start = batch.indexOf("\n", at) + 1;
    const [, id, type, size] = /^([0-9a-f]+) ([a-z]+) (\d+)\n$/.exec(batch.toString("utf8", at, start)) ?? [];
    at = size === undefined ? start || batch.length : start + Number(size) + 1;
    const content = batch.subarray(start, at - 1);
    objects.push(id === undefined ? undefined : { id, type: type as GitObject["type"], content });
  }
  return objects;
}

/** The error of a log that something else has written to. */
export function foreign(ref: string, id: string, why: string): ReleaseError {
  const message = `${ref} holds something that is not an entry of this log: ${id.slice(0, 12)}`;
  const fix = `look at it with git log; if it is a mistake, push the last good entry to ${ref} by hand`;
  return new ReleaseError({ code: "GIT_ENTRY_FOREIGN", category: "state", message, why, fix });
}
