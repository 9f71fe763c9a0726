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

export interface FleetFigures {
  readonly fleet: string;
  readonly takeovers: number;
  /** 0 if nothing waits. */
  readonly oldestQueuedSeconds: number;
  readonly freezes: number;
  readonly messagesWaiting: number;
  readonly messagesGivenUp: number;
  /** Unix seconds. */
  readonly releasedAt: number | null;
  readonly offTarget: number | null;
  /** Outcome of the last scheduled status. */
  readonly status: string | null;
}

/** Reads the figures of `fleets`, whose names are those of the columns. */
export async function readFigures(client: SqlClient, fleets: readonly string[]): Promise<Figures> {
  const read = async <T>(text: string): Promise<T> => (await client.query(text, [fleets])).rows as T;
  const [open, ended, each] = await Promise.all([
    read<Figures["open"]>(
      `select fleet, state, count(*)::float8 as count from lateen_rollout
       where fleet = any($1) and state <> 'ended' and not dry group by fleet, state`,
    ),
    read<Figures["ended"]>(
      `select fleet, kind, outcome, count(*)::float8 as count,
         sum(extract(epoch from ended_at - coalesce(started_at, ended_at)))::float8 as seconds
       from lateen_rollout where fleet = any($1) and state = 'ended' and not dry group by fleet, kind, outcome`,
    ),
    read<Figures["fleets"]>(perFleet),
  ]);
  return { open, ended, fleets: each };
}

const perFleet = `select fleet,
    (select coalesce(sum(greatest(epoch - 1, 0)), 0) from lateen_rollout r where r.fleet = f.fleet)::float8 as takeovers,
    (select coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0) from lateen_rollout r
      where r.fleet = f.fleet and state = 'queued' and not dry)::float8 as "oldestQueuedSeconds",
    (select count(*) from lateen_freeze r where r.fleet = f.fleet and lifted is null)::float8 as freezes,
    (select count(*) from lateen_outbox r where r.fleet = f.fleet and ended_at is null)::float8 as "messagesWaiting",
    (select count(*) from lateen_outbox r
      where r.fleet = f.fleet and ended_at is not null and error is not null)::float8 as "messagesGivenUp",
    (select extract(epoch from max(ended_at)) from lateen_rollout r
      where r.fleet = f.fleet and kind = 'release' and outcome = 'shipped' and not dry)::float8 as "releasedAt",
    (select off_target from lateen_rollout r
      where r.fleet = f.fleet and off_target is not null and not dry order by place desc limit 1)::float8 as "offTarget",
    (select last->>'outcome' from lateen_schedule s where s.fleet = f.fleet and task = 'status') as status
  from unnest($1::text[]) as f(fleet)`;
