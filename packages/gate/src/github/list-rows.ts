import { redactUrl, type ReleaseError, type Schema } from "@lateen/kernel";
import { unclearError } from "../errors.ts";
import type { Client } from "./client.ts";
import type { WirePage } from "./wire.ts";

/** Rows of a list, and whether the list says itself that there are more. */
export interface Rows<T> {
  readonly rows: readonly T[];
  readonly complete: boolean;
}

/** The largest page of every list of GitHub. */
export const pageSize = 100;

/** Maximum pages of such a list that GitHub serves. */
const mostNumbers = 10;

/**
 * All rows of a list that counts them, each once. Where some are missing it is read a second time: while pages were read, a new
 * row may have moved others over the edge of a page. GitHub also serves no more than 1,000 rows of some lists.
 */
export async function listRows<T extends { readonly id: number }>(
  client: Client,
  path: string,
  schema: Schema<WirePage<T>>,
  what: string,
  signal?: AbortSignal,
): Promise<Rows<T>> {
  const rows = new Map<number, T>();
  for (let look = 1; look <= 2; look++) {
    const pages = await client.pages(path, { schema, what }, signal);
    const total = () => Math.max(...pages.map((page) => page.total));
    const add = (page: WirePage<T>) => page.rows.forEach((row) => rows.set(row.id, row));
    pages.forEach(add);
    // A proxy that drops `Link`, or a server that never sends it, leaves nothing but numbers to ask by.
    for (let number = 2; pages.length === 1 && rows.size < total() && number <= mostNumbers; number++) {
      const before = rows.size;
      (await client.pages(`${path}&page=${number}`, { schema, what }, signal)).forEach(add);
      if (rows.size === before) break;
    }
    if (rows.size >= total()) return { rows: [...rows.values()], complete: true };
  }
  return { rows: [...rows.values()], complete: false };
}

/** The error for a list that is known to lack rows: no verdict is made from a part. */
export function listIncomplete(url: string, got: number): ReleaseError {
  return unclearError("FORGE_LIST_INCOMPLETE", {
    message: `the forge says that its list has more than the ${got} rows that it serves`,
    why: redactUrl(url),
    fix: "run again; if it stays, look at the list at that address",
  });
}
