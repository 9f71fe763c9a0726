import { isReleaseError, plainText, type CommitSha } from "@lateen/kernel";

import type { CheckFact } from "../ports/checks.ts";
import type { Client } from "./client.ts";
import { pageSize } from "./list-rows.ts";
import { pageOf, runIdOf } from "./run-links.ts";
import { combinedStatusSchema, statusesSchema, type WireStatus } from "./wire.ts";

/**
 * The statuses of a commit: the history and the newest of each context together, since a row can move over the edge of a page
 * while the history is read. One of the two lists is enough where a server has only that.
 */
export async function readStatuses(
  client: Client,
  sha: CommitSha,
  signal?: AbortSignal,
): Promise<readonly WireStatus[]> {
  const history = client.pages(
    `/commits/${sha}/statuses?per_page=${pageSize}`,
    { schema: statusesSchema, what: "a list of commit statuses" },
    signal,
  );
  const newest = client.pages(
    `/commits/${sha}/status?per_page=${pageSize}`,
    { schema: combinedStatusSchema, what: "a combined commit status" },
    signal,
  );
  const lists = await Promise.allSettled([history, newest]);
  const rows = new Map<number, WireStatus>();
  for (const list of lists) {
    if (list.status === "fulfilled") for (const row of list.value.flat()) rows.set(row.id, row);
    else if (!isMissing(list.reason) || lists.every(({ status }) => status === "rejected")) throw list.reason;
  }
  return [...rows.values()];
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
