import { plainText } from "@lateen/kernel";

import type { CheckFact } from "../ports/checks.ts";
import type { Answer, Client } from "./client.ts";
import { type Pages, pageSize, readPages } from "./read-pages.ts";
import { combinedSchema, statusesSchema, type WireStatus } from "./wire.ts";

/** Reads the statuses of commits, and remembers them for the next look. */
export type StatusReader = (commit: string, signal?: AbortSignal) => Promise<readonly CheckFact[]>;

/**
 * Makes a reader of the union of both lists that Gitea has: the history of all statuses, whose order is unstable so that a page
 * break can lose a row, and the newest per context, which can lack some. A row that either has counts.
 */
export function createStatusReader(client: Client, site: string): StatusReader {
  const lists = new Map<string, Pages<WireStatus>>();
  const read = async (
    list: string,
    page: (number: number) => Promise<Answer<readonly WireStatus[]>>,
  ): Promise<readonly WireStatus[]> => {
    const pages = await readPages({ page, last: lists.get(list) });
    lists.set(list, pages);
    return pages.rows;
  };
  const readBoth = async (commit: string, signal?: AbortSignal): Promise<readonly CheckFact[]> => {
    const [history, newest] = await Promise.all([
      read(`${commit}/statuses`, (number) => client.get(pagePath(commit, "statuses", number), statusList, signal)),
      read(`${commit}/status`, async (number) => {
        const answer = await client.get(pagePath(commit, "status", number), combined, signal);
        return { ...answer, value: answer.value.statuses };
      }),
    ]);
    const rows = new Map([...history, ...newest].map((row) => [row.id === 0 ? JSON.stringify(row) : row.id, row]));
    return [...rows.values()].map((row) => factOf(row, site));
  };
  return shareReads(readBoth);
}

/** Lets those who ask for the same at the same time, under the same signal, share one read. */
function shareReads(read: StatusReader): StatusReader {
  let running:
    | { readonly commit: string; readonly signal: AbortSignal | undefined; readonly reading: ReturnType<StatusReader> }
    | undefined;
  return async (commit, signal) => {
    if (running?.commit === commit && running.signal === signal) return running.reading;
    const mine = { commit, signal, reading: read(commit, signal) };
    running = mine;
    try {
      return await mine.reading;
    } finally {
      if (running === mine) running = undefined;
    }
  };
}

const statusList = { schema: statusesSchema, what: "a list of commit statuses" };
const combined = { schema: combinedSchema, what: "a combined commit status" };

function pagePath(commit: string, list: string, page: number): string {
  return `/commits/${commit}/${list}?page=${page}&limit=${pageSize}`;
}

function factOf(row: WireStatus, site: string): CheckFact {
  const description = plainText(row.description, 200);
  return {
    kind: "status",
    id: row.id,
    name: row.context,
    app: "",
    workflow: "",
    runId: undefined,
    attempt: 1,
    status: isCancelled(row) ? "cancelled" : wordOf(row),
    conclusion: "",
    description,
    url: pageOf(row.target_url, site),
    startedAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** `status` wins over `state` where a row has both. */
function wordOf({ status, state }: WireStatus): string {
  return plainText(status === "" ? state : status, 40).toLowerCase();
}

/**
 * Gitea knows no cancelled status: it writes `failure` with exactly this description on a job of Actions. A real failure reads
 * `Failing after 12s`; anything but the exact text is a failure.
 */
function isCancelled(row: WireStatus): boolean {
  return (
    wordOf(row) === "failure" && row.description === "Has been cancelled" && runNumber(row.target_url) !== undefined
  );
}

/** Number of the Actions run that a status links to; it is not the run's id. */
export function runNumber(url: string): number | undefined {
  const number = /\/actions\/runs\/(\d{1,15})(?:\/|$|[?#])/.exec(url)?.[1];
  return number === undefined ? undefined : Number(number);
}

function pageOf(url: string, site: string): string {
  if (!/^(?:https?:\/\/|\/)/.test(url) || !URL.canParse(url, site)) return "";
  return plainText(new URL(url, site).href, 300);
}
