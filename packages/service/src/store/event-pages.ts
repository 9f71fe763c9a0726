import type { SqlClient } from "@lateen/fleet/journal-sql";

/** Events of one stream, as they are sent. */
export interface EventPage {
  /** Place of the last event. */
  readonly position: number;
  /** Server-sent events; empty if there are none. */
  readonly text: string;
  /** If the rollout has ended and this is all of it. */
  readonly isLast: boolean;
  /** If more may follow at once. */
  readonly isFull: boolean;
}

export interface EventPlace {
  readonly stream: string;
  readonly after: number;
}

/** Events that are read at once, of one stream. */
const most = 500;

/** Events after each of `places`, in one statement: those that a rollout appended before its end are seen together with the end. */
export async function readPages(client: SqlClient, places: readonly EventPlace[]): Promise<readonly EventPage[]> {
  const { rows } = await client.query(
    `select place.number::int as number, rollout.state, event.position, event.fact
     from unnest($1::text[], $2::bigint[]) with ordinality as place(stream, after, number)
     left join lateen_rollout rollout on rollout.id = place.stream
     left join lateral (
       select position, fact::text as fact from lateen_fact
       where stream = place.stream and position > place.after order by position limit ${most}) event on true
     order by number, event.position`,
    [places.map(({ stream }) => stream), places.map(({ after }) => after)],
  );
  const byPlace = Map.groupBy(rows, (row) => Number(row["number"]) - 1);
  return places.map(({ after }, at) => {
    const own = byPlace.get(at) ?? [];
    const events = own.filter((row) => row["fact"] !== null);
    return {
      position: Number(events.at(-1)?.["position"] ?? after),
      text: events.map((row) => encode(String(row["position"]), String(row["fact"]))).join(""),
      isLast: own[0]?.["state"] === "ended" && events.length < most,
      isFull: events.length === most,
    };
  });
}

/** One server-sent event, which is of single lines; a line break in JSON is white space. */
function encode(position: string, fact: string): string {
  return `id: ${position}\nevent: ${typeOf(fact)}\ndata: ${fact.replaceAll(/[\r\n]/g, " ")}\n\n`;
}

/** The type is the first field of almost all of them. */
function typeOf(fact: string): string {
  const [, first] = /^\{"type":"([\w-]+)"/.exec(fact) ?? [];
  return first ?? (JSON.parse(fact) as { readonly type: string }).type.replaceAll(/[^\w-]/g, "");
}
