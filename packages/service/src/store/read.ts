import type { Hold } from "../run/holds.ts";
import type { SqlClient } from "@lateen/fleet/journal-sql";
import { rolloutUnknown } from "./acts.ts";
import type { FreezeWindow } from "./freezes.ts";
import type { Schedule } from "./schedules.ts";
import { type Rollout, rolloutColumns, toRollout } from "./rollout.ts";

/** One rollout. @throws ReleaseError `ROLLOUT_UNKNOWN` */
export async function readRollout(client: SqlClient, id: string): Promise<Rollout> {
  const { rows } = await client.query(`select * from lateen_rollout where id = $1`, [id]);
  if (rows[0] === undefined) throw rolloutUnknown(id);
  return toRollout(rows[0]);
}

/** If a rollout has moved tenants, whichever runner did it. */
export async function hasMoved(client: SqlClient, id: string): Promise<boolean> {
  const { rows } = await client.query(
    `select 1 from lateen_fact where stream = $1 and fact::text like '{"type":"tenants-posted"%' limit 1`,
    [id],
  );
  return rows.length > 0;
}

/** Rollouts of a fleet without their results, newest first. */
export async function readRollouts(client: SqlClient, fleet: string, limit: number): Promise<readonly Rollout[]> {
  const { rows } = await client.query(
    `select ${rolloutColumns} from lateen_rollout where fleet = $1 order by place desc limit $2`,
    [fleet, limit],
  );
  return rows.map(toRollout);
}

/** State of a fleet for the API. */
export interface FleetState {
  readonly name: string;
  readonly running: RolloutLine | null;
  readonly queued: readonly RolloutLine[];
  readonly holds: readonly Hold[];
  /** Of the configuration, and with an id those that were made here; `active` if it is in force now. */
  readonly freezes: readonly (FreezeWindow & { readonly active: boolean })[];
  /** Schedules, with the end of their last run. */
  readonly schedules: readonly Schedule[];
  /** The newest rollout that shipped, or found nothing to do. */
  readonly last: (RolloutLine & { readonly outcome: string | undefined; readonly at: string | undefined }) | null;
}

export interface RolloutLine {
  readonly rollout: string;
  readonly sha: string | undefined;
  readonly kind: Rollout["kind"];
  readonly state: Rollout["state"];
}

/** Reads the states of fleets from the store, in the order of `names`; a hundred of them take two statements. */
export async function readFleets(
  client: SqlClient,
  names: readonly string[],
): Promise<readonly Omit<FleetState, "holds" | "freezes" | "schedules">[]> {
  const [open, last] = await Promise.all([
    client.query(
      `select ${rolloutColumns} from lateen_rollout where fleet = any($1) and state <> 'ended' and not dry order by place`,
      [names],
    ),
    client.query(
      `select last.* from unnest($1::text[]) as named(fleet) cross join lateral (
         select ${rolloutColumns}, case when sha is null then result->>'commit' end as commit
         from lateen_rollout r where r.fleet = named.fleet and state = 'ended' and not dry
           and kind <> 'reconcile' and outcome in ('shipped', 'unchanged') order by place desc limit 1) last`,
      [names],
    ),
  ]);
  const openByFleet = Map.groupBy(open.rows.map(toRollout), ({ fleet }) => fleet);
  const lastByFleet = new Map(last.rows.map((row) => [row["fleet"], lastOf(row)]));
  return names.map((name) => {
    const rollouts = openByFleet.get(name) ?? [];
    const running = rollouts.find(({ state }) => state !== "queued");
    return {
      name,
      running: running === undefined ? null : line(running),
      queued: rollouts.filter(({ state }) => state === "queued").map(line),
      last: lastByFleet.get(name) ?? null,
    };
  });
}

function lastOf(row: Readonly<Record<string, unknown>>): FleetState["last"] {
  const rollout = toRollout(row);
  // The commit of a rollback that named none is in its result.
  const commit = typeof row["commit"] === "string" ? row["commit"] : undefined;
  return { ...line(rollout), sha: rollout.sha ?? commit, outcome: rollout.outcome, at: rollout.endedAt };
}

function line({ id, sha, kind, state }: Rollout): RolloutLine {
  return { rollout: id, sha, kind, state };
}
