import { type LogEntry, plainText, ReleaseError } from "@lateen/kernel";

/** The file in the commit's tree that holds an entry. */
export const entryFile = "entry.json";

/** The text of {@link entryFile}. The random `writer` keeps two writers of the same value from making the same commit. */
export function composeEntry(position: number, value: unknown): string {
  return `${JSON.stringify({ schemaVersion: 1, position, writer: crypto.randomUUID(), value }, undefined, 2)}\n`;
}

/** A commit message of harmless lines: the subject, and paragraphs below it. */
export function composeMessage(subject: string, body: string): string {
  const lines = [plainText(subject, 200) || "entry", "", ...body.slice(0, 20_000).split("\n")];
  return `${lines
    .map((line) => plainText(line, 1_000))
    .join("\n")
    .trimEnd()}\n`;
}

/**
 * The entries in the output of `git cat-file --batch`, which was asked for each commit and its {@link entryFile} in turn.
 *
 * @throws ReleaseError `GIT_ENTRY_FOREIGN` where a commit was not written by a log, or not as the successor of its parent
 */
export function parseEntries(ids: readonly string[], batch: Buffer, ref: string): LogEntry[] {
  const objects = splitBatch(batch);
  const entries = ids.map((id, at) => {
    const [commit, entry] = objects.slice(at * 2);
    if (commit?.type !== "commit" || entry?.type !== "blob") throw foreign(ref, id, `it has no ${entryFile}`);
    return parseEntry(id, commit.text, entry.text, ref);
  });
  const gap = entries.find((entry, at) => entry.position !== (entries[0]?.position ?? 0) - at);
  if (gap !== undefined) throw foreign(ref, gap.id, `its position ${gap.position} is not that of a predecessor`);
  return entries;
}

function parseEntry(id: string, commit: string, text: string, ref: string): LogEntry {
  const header = commit.slice(0, commit.indexOf("\n\n") + 1);
  const parents = header.match(/^parent /gm)?.length ?? 0;
  const seconds = /^committer .* (\d{1,11}) [+-]\d{4}$/m.exec(header)?.[1];
  const { schemaVersion, position, value } = parseObject(text);
  if (schemaVersion !== 1) throw foreign(ref, id, `its ${entryFile} is not of schema version 1`);
  if (!Number.isSafeInteger(position) || parents !== Math.min(1, Number(position) - 1) || seconds === undefined) {
    throw foreign(ref, id, `its position ${plainText(String(position), 20)} does not fit its ${parents} parents`);
  }
  return { id, position: Number(position), at: new Date(Number(seconds) * 1000).toISOString(), value };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return { ...(JSON.parse(text) as Record<string, unknown> | null) };
  } catch {
    return {};
  }
}

/** Source: git-cat-file(1), "BATCH OUTPUT": `<id> <type> <size>`, newline, content, newline; or `<name> missing`. */
function splitBatch(batch: Buffer): { type: string; text: string }[] {
  const objects: { type: string; text: string }[] = [];
  for (let at = 0; at < batch.length;) {
    const start = batch.indexOf("\n", at) + 1;
    const [, type = "missing", size] = /^[0-9a-f]+ ([a-z]+) (\d+)\n$/.exec(batch.toString("utf8", at, start)) ?? [];
    at = size === undefined ? start || batch.length : start + Number(size) + 1;
    objects.push({ type, text: batch.toString("utf8", start, at - 1) });
  }
  return objects;
}

/** The error of a log that somebody else has written to. */
export function foreign(ref: string, id: string, why: string): ReleaseError {
  const message = `${ref} holds something that is not an entry of this log: ${id.slice(0, 12)}`;
  const fix = `look at it with git log; if it is a mistake, push the last good entry to ${ref} by hand`;
  return new ReleaseError({ code: "GIT_ENTRY_FOREIGN", category: "state", message, why, fix });
}
