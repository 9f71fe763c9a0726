import { absent, found, type Reading, type Slug } from "@lateen/kernel";
import type { Commands } from "./commands.ts";
import { enumerateRows } from "./enumerate-rows.ts";
import type { Row } from "./read-rows.ts";

/** Finds the row of a tenant. */
export type FindRow = (slug: Slug) => Promise<Reading<Row>>;

/** Rows of the last enumeration, by tenant. */
export interface RowIndex {
  /** Enumerates. */
  read(signal?: AbortSignal): Promise<Reading<readonly Row[]>>;
  /** A rollout that is resumed asks for tenants before it enumerates any: then the rows are read first. */
  readonly find: FindRow;
}

/** An index that is empty until it is first asked. */
export function createRowIndex(commands: Commands): RowIndex {
  let rows: ReadonlyMap<Slug, Row> | undefined;
  let reading: Promise<Reading<readonly Row[]>> | undefined;
  const read: RowIndex["read"] = async (signal) => {
    const answer = await enumerateRows(commands, signal);
    if (answer.kind === "found") rows = new Map(answer.value.map((row) => [row.slug, row]));
    return answer;
  };
  return {
    read,
    async find(slug) {
      const known = rows?.get(slug);
      if (known !== undefined) return found(known);
      const answer = await (reading ??= read().finally(() => (reading = undefined)));
      if (answer.kind !== "found") return answer;
      const row = answer.value.find((each) => each.slug === slug);
      return row === undefined ? absent(`${commands.name} does not enumerate ${slug}`) : found(row);
    },
  };
}
