import { unclearError } from "../errors.ts";
import type { Answer } from "./client.ts";

/** A row of a list; rows without an id are distinguished by their content. */
export interface Row {
  readonly id: number;
}

/** Request and limits of a paged list. */
export interface PagedList<T extends Row> {
  /** Reads page `number`, counting from 1. */
  readonly page: (number: number) => Promise<Answer<readonly T[]>>;
  /** Result of the previous read. */
  readonly last?: Pages<T> | undefined;
  /**
   * True if the server counts the whole list in its database, so that a first page which holds as many rows as it counts, and fewer
   * than any server's page, is all of it. @default false
   */
  readonly counted?: boolean;
}

/** A whole list. */
export interface Pages<T extends Row> {
  readonly rows: readonly T[];
  /** True if any new row must change the first page: a row follows the newest on it, or the list is shorter than any page. */
  readonly firstTellsAll: boolean;
}

/**
 * The longest list that is read, in pages of at most 50 rows: some hundred re-runs of 40 contexts. A server that gives more
 * never gives an empty page.
 */
const mostPages = 100;

/** Maximum pages requested at the same time. */
const widest = 8;

/** Rows of a page, whatever a larger `limit` asks for. Source: Gitea's `[api] MAX_RESPONSE_ITEMS`, 50 by default. */
export const pageSize = 50;

/** Rows of the shortest page that any version hands out by default. Source: Gitea's `[api] DEFAULT_PAGING_NUM`. */
const shortestPage = 30;

/**
 * Every row of a list, once. The list ends at an empty page: neither a short page nor the total that a server claims is a proof of
 * anything by itself. The total is only a guess at how many pages may be asked for at the same time; of a counted list both together
 * are a proof.
 *
 * @throws ReleaseError `FORGE_ENDLESS_LIST`, and whatever reading a page throws: a part of a list is never judged
 */
export async function readPages<T extends Row>({ page, last, counted = false }: PagedList<T>): Promise<Pages<T>> {
  const first = await page(1);
  if (first.unchanged && last?.firstTellsAll === true) return last;
  if (counted && isWhole(first)) return wholeList(first.value, first.value);
  const ahead = askAhead(first, page);
  const rows = new Map<number | string, T>();
  let repeats = 0;
  for (let number = 1; number <= mostPages; number++) {
    const { value } = number === 1 ? first : await (ahead[number - 2] ?? page(number));
    // A page of known rows is what a server sends that ignores `page`; unstable order alone does not repeat two whole pages.
    repeats = addRows(rows, value) ? 0 : repeats + 1;
    if (value.length === 0 || repeats === 2) return wholeList([...rows.values()], first.value);
  }
  throw unclearError("FORGE_ENDLESS_LIST", {
    message: `the list did not end within ${mostPages} pages`,
    why: first.url,
    fix: "check what answers at this address: a list must end with an empty page",
  });
}

function isWhole<T extends Row>({ value, header }: Answer<readonly T[]>): boolean {
  return value.length < shortestPage && header("x-total-count") === String(new Set(value.map(({ id }) => id)).size);
}

function addRows<T extends Row>(rows: Map<number | string, T>, page: readonly T[]): boolean {
  const before = rows.size;
  for (const row of page) rows.set(row.id === 0 ? JSON.stringify(row) : row.id, row);
  return rows.size > before;
}

function askAhead<T>(
  { value, header }: Answer<readonly T[]>,
  page: (number: number) => Promise<Answer<readonly T[]>>,
): Promise<Answer<readonly T[]>>[] {
  const total = Number(header("x-total-count") ?? 0);
  const rest =
    value.length === 0 || !Number.isSafeInteger(total) ? 0 : Math.min(widest, Math.ceil(total / value.length));
  const asked = Array.from({ length: rest }, (_, index) => page(index + 2));
  // Their readers see their errors; those that are not needed any more must not end the process.
  for (const promise of asked) promise.catch(() => undefined);
  return asked;
}

function wholeList<T extends Row>(rows: readonly T[], first: readonly T[]): Pages<T> {
  // Rows of one second are in the order of their ids, so the next one of that second comes behind the newest, which may be on the next page.
  const newest = Math.max(...rows.map(({ id }) => id));
  const place = first.findIndex(({ id }) => id === newest);
  const firstTellsAll = rows.length < shortestPage || (place !== -1 && place < first.length - 1);
  return { rows, firstTellsAll };
}

/** Lets those who ask for the same at the same time, under the same signal, share one read. */
export function shareReads<K, T>(
  read: (key: K, signal?: AbortSignal) => Promise<T>,
): (key: K, signal?: AbortSignal) => Promise<T> {
  let running: { readonly key: K; readonly signal: AbortSignal | undefined; readonly reading: Promise<T> } | undefined;
  return async (key, signal) => {
    if (running?.key === key && running.signal === signal) return running.reading;
    const mine = { key, signal, reading: read(key, signal) };
    running = mine;
    try {
      return await mine.reading;
    } finally {
      if (running === mine) running = undefined;
    }
  };
}
