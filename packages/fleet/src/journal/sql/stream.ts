import type { SqlClient } from "./tables.ts";

export interface StreamEvent {
  /** Increases by one within the stream. */
  readonly position: number;
  readonly event: Readonly<Record<string, unknown>> & { readonly type: string };
}

/** Appends events that belong to no journal, such as the acts of people; resolves once they are durable. */
export async function appendToStream(
  client: SqlClient,
  stream: string,
  events: readonly StreamEvent["event"][],
): Promise<void> {
  if (events.length === 0) return;
  await client.query(
    `with head as (
       insert into lateen_stream as s (stream, position) values ($1, $2)
       on conflict (stream) do update set position = s.position + $2 returning position)
     insert into lateen_fact (stream, position, fact)
     select $1, head.position - $2 + added.at, added.fact
     from head, unnest($3::json[]) with ordinality as added(fact, at)`,
    [stream, events.length, events.map((event) => JSON.stringify(event))],
  );
}

/** Up to `limit` events after `position`, in order. The row of the stream is locked while it grows, so none is passed over. */
export async function readStream(
  client: SqlClient,
  stream: string,
  position: number,
  limit: number,
): Promise<readonly StreamEvent[]> {
  const { rows } = await client.query(
    `select position, fact from lateen_fact where stream = $1 and position > $2 order by position limit $3`,
    [stream, position, limit],
  );
  return rows.map((row) => ({
    position: Number(row["position"]),
    event: parsedJson(row["fact"]) as StreamEvent["event"],
  }));
}

/** Clients differ in who parses a column of type json. */
export function parsedJson(value: unknown): unknown {
  return typeof value === "string" ? JSON.parse(value) : value;
}
