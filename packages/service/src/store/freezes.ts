import type { FleetPolicy } from "@lateen/fleet";
import type { SqlClient } from "@lateen/fleet/journal-sql";
import { serviceError } from "../errors.ts";

export type FreezeWindow = NonNullable<FleetPolicy["freeze"]>[number];

/** A freeze that a person made; the newest lifting of it counts. */
export interface Freeze extends FreezeWindow {
  readonly id: string;
  readonly actor: string;
  /** ISO 8601. */
  readonly at: string;
}

/** Actor and reason of a lifted freeze. */
export interface Lifted {
  readonly actor: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
}

/**
 * Keeps a freeze of `fleet`; the same window of the same actor again is the freeze that there is, since the answer to it may have been lost.
 *
 * @param client - That of a transaction.
 */
export async function addFreeze(client: SqlClient, fleet: string, freeze: Freeze): Promise<Freeze> {
  // One after the other: two at once would both find nothing.
  await client.query(`select pg_advisory_xact_lock(hashtext('lateen ' || $1))`, [fleet]);
  const same = (await listFreezes(client, fleet)).find((one) => contentOf(one) === contentOf(freeze));
  if (same !== undefined) return same;
  await client.query(`insert into lateen_freeze (id, fleet, entry) values ($1, $2, $3)`, [
    freeze.id,
    fleet,
    JSON.stringify(freeze),
  ]);
  return freeze;
}

function contentOf({ actor, reason, from, until, days, hours, zone, tenants }: Freeze): string {
  return JSON.stringify([actor, reason, from, until, days, hours, zone, tenants]);
}

/** Freezes of `fleet` that were not lifted, oldest first; their windows may begin later, or be over. */
export async function listFreezes(client: SqlClient, fleet: string): Promise<readonly Freeze[]> {
  return (await listFreezesOf(client, [fleet])).get(fleet) ?? [];
}

/** The same of several fleets, by name. */
export async function listFreezesOf(
  client: SqlClient,
  fleets: readonly string[],
): Promise<ReadonlyMap<string, readonly Freeze[]>> {
  const { rows } = await client.query(
    `select fleet, json_agg(entry order by place) as entries from lateen_freeze
     where fleet = any($1) and lifted is null group by fleet`,
    [fleets],
  );
  return new Map(rows.map((row) => [String(row["fleet"]), row["entries"] as readonly Freeze[]]));
}

/** If `fleet` has, or had, a freeze of that id. @throws ReleaseError `FREEZE_UNKNOWN` */
export async function requireFreeze(client: SqlClient, fleet: string, id: string): Promise<void> {
  const { rows } = await client.query(`select 1 from lateen_freeze where fleet = $1 and id = $2`, [fleet, id]);
  if (rows.length === 0)
    throw serviceError("FREEZE_UNKNOWN", {
      message: `${fleet} has no freeze ${JSON.stringify(id.slice(0, 100))}`,
      fix: "GET /v1/fleets/{fleet} lists them; one of the configuration is ended there",
    });
}

/** Lifts one freeze, or all of them without an id. @returns the ids of those that were not lifted before */
export async function liftFreezes(
  client: SqlClient,
  fleet: string,
  id: string | undefined,
  lifted: Lifted,
): Promise<readonly string[]> {
  const { rows } = await client.query(
    `update lateen_freeze set lifted = $3 where fleet = $1 and ($2::text is null or id = $2) and lifted is null
     returning id`,
    [fleet, id ?? null, JSON.stringify(lifted)],
  );
  return rows.map((row) => String(row["id"]));
}
