import { absent, found, type Reading, type Slug, unknown } from "@lateen/kernel";
import { commandFailed } from "./command-failed.ts";
import { fillCommand } from "./command-template.ts";
import type { Commands } from "./commands.ts";
import { readRows, type Row } from "./read-rows.ts";

/** 16 MiB are 100,000 rows of 160 bytes. */
const maxBytes = 16 * 1024 * 1024;

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

/** Runs `enumerate` once. A command that fails proves nothing, whatever it printed before. */
async function enumerateRows(commands: Commands, signal?: AbortSignal): Promise<Reading<readonly Row[]>> {
  const { name, enumerate, env, cwd, enumerateTimeoutMs: timeoutMs, run } = commands;
  const argv = fillCommand(enumerate, {});
  const result = await run({ argv, env, cwd, timeoutMs, maxBytes, onExcess: "end" }, signal);
  const { end } = result;
  if (end.kind === "exited" && end.code === 0) return readRows(result.stdout, name);
  return unknown(commandFailed(`enumerate of ${name}`, result));
}
