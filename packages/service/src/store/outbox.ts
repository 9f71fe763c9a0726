import type { SqlClient } from "@lateen/fleet/journal-sql";
import type { Rollout } from "./rollout.ts";

/** A message that is to be delivered. */
export interface Message {
  readonly id: number;
  readonly fleet: string;
  /** Name of the webhook. */
  readonly hook: string;
  readonly rollout: string;
  /** Deliveries that were begun, this one included. */
  readonly tries: number;
}

/** Keeps that `hooks` are to hear of the end of a rollout; in the transaction that ends it, so that neither is there alone. */
export async function addMessages(
  client: SqlClient,
  { id, fleet }: Pick<Rollout, "id" | "fleet">,
  hooks: readonly string[],
): Promise<void> {
  if (hooks.length === 0) return;
  await client.query(
    `insert into lateen_outbox (fleet, rollout, hook) select $1, $2, hook from unnest($3::text[]) as hook`,
    [fleet, id, hooks],
  );
}

/** Takes one message that is due, of a webhook that none of `underWay` is for. It is due again after `leaseMs`, so that a service that dies with it loses nothing. */
export async function claimMessage(
  client: SqlClient,
  fleets: readonly string[],
  leaseMs: number,
  underWay: readonly Pick<Message, "fleet" | "hook">[],
): Promise<Message | undefined> {
  const { rows } = await client.query(
    `update lateen_outbox set tries = tries + 1, next_at = clock_timestamp() + $2 * interval '1 millisecond'
     where id = (
       select id from lateen_outbox o where ended_at is null and fleet = any($1) and next_at <= clock_timestamp()
         and not exists (select 1 from unnest($3::text[], $4::text[]) as w(fleet, hook) where w.fleet = o.fleet and w.hook = o.hook)
       order by next_at limit 1 for update skip locked)
     returning id, fleet, hook, rollout, tries`,
    [fleets, leaseMs, underWay.map(({ fleet }) => fleet), underWay.map(({ hook }) => hook)],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { fleet, hook, rollout } = row as Record<"fleet" | "hook" | "rollout", string>;
  return { id: Number(row["id"]), fleet, hook, rollout, tries: Number(row["tries"]) };
}

/** A message was delivered (without `error`), or is abandoned. */
export async function endMessage(client: SqlClient, id: number, error?: string): Promise<void> {
  await client.query(`update lateen_outbox set ended_at = clock_timestamp(), error = $2 where id = $1`, [
    id,
    error ?? null,
  ]);
}

/** A delivery failed; the next one is in `delayMs`. */
export async function delayMessage(client: SqlClient, id: number, delayMs: number, error: string): Promise<void> {
  await client.query(
    `update lateen_outbox set next_at = clock_timestamp() + $2 * interval '1 millisecond', error = $3 where id = $1`,
    [id, delayMs, error],
  );
}
