import { isReleaseError, plainText, type CommitSha } from "@lateen/kernel";
import type { CheckFact } from "../ports/checks.ts";
import type { Client } from "./client.ts";
import { pageSize } from "./list-rows.ts";
import { pageOf, runIdOf } from "./links.ts";
import { type CombinedStatus, combinedStatusSchema, statusesSchema, type WireStatus } from "./wire.ts";

/**
 * The statuses of a commit: the newest of each context, whose list can lose a row over the edge of a page, and their history, which
 * alone names who posted them. The history is read until it has all that the other list has and counts, else to its end: older rows
 * never count. One of the two lists is enough where a server has only that.
 */
export async function readStatuses(
  client: Client,
  sha: CommitSha,
  signal?: AbortSignal,
): Promise<readonly WireStatus[]> {
  const newest = client.pages(
    `/commits/${sha}/status?per_page=${pageSize}`,
    { schema: combinedStatusSchema, what: "a combined commit status" },
    signal,
  );
  // Rows of the history count before the same ones of the other list.
  const lists = await Promise.allSettled([newest.then(rowsOf), readHistory(client, sha, newest, signal)]);
  const rows = new Map<number, WireStatus>();
  for (const list of lists) {
    if (list.status === "fulfilled") for (const row of list.value) rows.set(row.id, row);
    else if (!isMissing(list.reason) || lists.every(({ status }) => status === "rejected")) throw list.reason;
  }
  return [...rows.values()];
}

async function readHistory(
  client: Client,
  sha: CommitSha,
  newest: Promise<readonly CombinedStatus[]>,
  signal: AbortSignal | undefined,
): Promise<readonly WireStatus[]> {
  const path = `/commits/${sha}/statuses?per_page=${pageSize}`;
  const expected = { schema: statusesSchema, what: "a list of commit statuses" };
  const known = newest.then(wanted, () => undefined);
  const rows: WireStatus[] = [];
  for await (const page of client.walk(path, expected, signal)) {
    rows.push(...page);
    const ids = await known;
    if (ids === undefined) return (await client.pages(path, expected, signal)).flat();
    for (const { id } of rows) ids.delete(id);
    if (ids.size === 0) break;
  }
  return rows;
}

/** Ids of the newest row of every context; undefined if the list lacks some that it counts. */
function wanted(pages: readonly CombinedStatus[]): Set<number> | undefined {
  const rows = rowsOf(pages);
  const contexts = new Set(rows.map(({ context }) => context));
  return pages.every(({ total }) => total === contexts.size) ? new Set(rows.map(({ id }) => id)) : undefined;
}

function rowsOf(pages: readonly CombinedStatus[]): readonly WireStatus[] {
  return pages.flatMap(({ statuses }) => statuses);
}

function isMissing(error: unknown): boolean {
  return isReleaseError(error) && error.code === "FORGE_NOT_FOUND";
}

/** A status as the rest of the package knows it. */
export function statusFact(row: WireStatus): CheckFact {
  return {
    kind: "status",
    id: row.id,
    name: row.context,
    app: row.creator?.login ?? "",
    workflow: "",
    runId: runIdOf(row.target_url),
    attempt: 1,
    status: plainText(row.state, 40).toLowerCase(),
    conclusion: "",
    description: plainText(row.description, 200),
    url: pageOf(row.target_url),
    startedAt: plainText(row.created_at, 40),
    updatedAt: plainText(row.updated_at, 40),
  };
}
