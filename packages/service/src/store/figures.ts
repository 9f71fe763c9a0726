import type { SqlClient } from "@lateen/fleet/journal-sql";

/** Figures of the fleets, for metrics. */
export interface Figures {
  readonly open: readonly { readonly fleet: string; readonly state: string; readonly count: number }[];
  readonly ended: readonly {
    readonly fleet: string;
    readonly kind: string;
    readonly outcome: string;
    readonly count: number;
    /** From the start of each to its end, all together. */
    readonly seconds: number;
  }[];
  readonly fleets: readonly FleetFigures[];
}

/** Figures of one fleet. */
export interface FleetFigures {
  readonly fleet: string;
  readonly takeovers: number;
  /** 0 if nothing waits. */
  readonly oldestQueuedSeconds: number;
  readonly freezes: number;
  readonly messagesWaiting: number;
  readonly messagesGivenUp: number;
  /** Unix seconds. */
  readonly releasedAt: number | undefined;
  readonly offTarget: number | undefined;
  /** Outcome of the last scheduled status. */
  readonly status: string | undefined;
}

/** Reads the figures of `fleets`. */
export async function readFigures(client: SqlClient, fleets: readonly string[]): Promise<Figures> {
  const [open, ended, each] = await Promise.all([
    client.query(
      `select fleet, state, count(*) as count from lateen_rollout
       where fleet = any($1) and state <> 'ended' and not dry group by fleet, state`,
      [fleets],
    ),
    client.query(
      `select fleet, kind, outcome, count(*) as count,
         sum(extract(epoch from ended_at - coalesce(started_at, ended_at))) as seconds
       from lateen_rollout where fleet = any($1) and state = 'ended' and not dry group by fleet, kind, outcome`,
      [fleets],
    ),
    client.query(perFleet, [fleets]),
  ]);
  const known = (value: unknown): number | undefined => (value === null ? undefined : Number(value));
  return {
    open: open.rows.map((row) => ({
      fleet: String(row["fleet"]),
      state: String(row["state"]),
      count: Number(row["count"]),
    })),
    ended: ended.rows.map((row) => ({
      fleet: String(row["fleet"]),
      kind: String(row["kind"]),
      outcome: String(row["outcome"]),
      count: Number(row["count"]),
      seconds: Number(row["seconds"]),
    })),
    fleets: each.rows.map((row) => ({
      fleet: String(row["fleet"]),
      takeovers: Number(row["takeovers"]),
      oldestQueuedSeconds: Number(row["oldest"]),
      freezes: Number(row["freezes"]),
      messagesWaiting: Number(row["waiting"]),
      messagesGivenUp: Number(row["given_up"]),
      releasedAt: known(row["released"]),
      offTarget: known(row["off_target"]),
      status: typeof row["status"] === "string" ? row["status"] : undefined,
    })),
  };
}

const perFleet = `select fleet,
    (select coalesce(sum(greatest(epoch - 1, 0)), 0) from lateen_rollout r where r.fleet = f.fleet) as takeovers,
    (select coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0) from lateen_rollout r
      where r.fleet = f.fleet and state = 'queued' and not dry) as oldest,
    (select count(*) from lateen_freeze r where r.fleet = f.fleet and lifted is null) as freezes,
    (select count(*) from lateen_outbox r where r.fleet = f.fleet and ended_at is null) as waiting,
    (select count(*) from lateen_outbox r where r.fleet = f.fleet and ended_at is not null and error is not null) as given_up,
    (select extract(epoch from max(ended_at)) from lateen_rollout r
      where r.fleet = f.fleet and kind = 'release' and outcome = 'shipped' and not dry) as released,
    (select off_target from lateen_rollout r
      where r.fleet = f.fleet and off_target is not null and not dry order by place desc limit 1) as off_target,
    (select last->>'outcome' from lateen_schedule s where s.fleet = f.fleet and task = 'status') as status
  from unnest($1::text[]) as f(fleet)`;
