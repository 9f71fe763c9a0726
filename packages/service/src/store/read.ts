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

/** A rollout in one line. */
export interface RolloutLine {
  readonly rollout: string;
  readonly sha: string | undefined;
  readonly kind: Rollout["kind"];
  readonly state: Rollout["state"];
}

/** Reads the state of one fleet from the store. */
export async function readFleet(
  client: SqlClient,
  name: string,
): Promise<Omit<FleetState, "holds" | "freezes" | "schedules">> {
  const [{ rows: open }, { rows: ended }] = await Promise.all([
    client.query(
      `select ${rolloutColumns} from lateen_rollout where fleet = $1 and state <> 'ended' and not dry order by place`,
      [name],
    ),
    client.query(
      `select ${rolloutColumns}, case when sha is null then result->>'commit' end as commit
       from lateen_rollout where fleet = $1 and state = 'ended' and not dry
         and kind <> 'reconcile' and outcome in ('shipped', 'unchanged') order by place desc limit 1`,
      [name],
    ),
  ]);
  const rollouts = open.map(toRollout);
  const running = rollouts.find(({ state }) => state !== "queued");
  const [newest] = ended;
  const last = newest === undefined ? undefined : toRollout(newest);
  const commit = typeof newest?.["commit"] === "string" ? newest["commit"] : undefined;
  return {
    name,
    running: running === undefined ? null : line(running),
    queued: rollouts.filter(({ state }) => state === "queued").map(line),
    last:
      last === undefined ? null : { ...line(last), sha: last.sha ?? commit, outcome: last.outcome, at: last.endedAt },
  };
}

function line({ id, sha, kind, state }: Rollout): RolloutLine {
  return { rollout: id, sha, kind, state };
}
