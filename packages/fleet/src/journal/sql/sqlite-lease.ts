import type { Clock } from "@lateen/kernel";
import type { SqliteClient } from "./sqlite-client.ts";

/** A lease that this process holds; its epoch fences everything that is written under it. */
export interface Lease {
  readonly epoch: number;
  /** The lease was taken over, or given back. */
  isLost(): boolean;
  lose(): void;
  release(): Promise<void>;
}

/** Database and name of a lease. */
export interface LeaseOptions {
  readonly client: SqliteClient;
  readonly fleet: string;
  readonly owner: string;
  readonly leaseMs: number;
  readonly clock: Clock;
}

/**
 * Takes the lease, or names its owner.
 *
 * A lease that was not renewed in time is free: its owner may be dead. If it is not, the next epoch ends it: nothing is written under
 * an older one.
 */
export async function takeLease(options: LeaseOptions): Promise<Lease | string> {
  const { client, fleet, owner, leaseMs, clock } = options;
  const now = clock.now();
  await client.query(
    "INSERT INTO lateen_lease (fleet, epoch, owner, until_ms) VALUES ($1, 0, '', 0) ON CONFLICT (fleet) DO NOTHING",
    [fleet],
  );
  const { rows } = await client.query(
    "UPDATE lateen_lease SET epoch = epoch + 1, owner = $2, until_ms = $3 WHERE fleet = $1 AND (owner = '' OR until_ms < $4) RETURNING epoch",
    [fleet, owner, now + leaseMs, now],
  );
  const [row] = rows;
  if (row !== undefined) return hold(options, Number(row["epoch"]));
  const holder = await client.query("SELECT owner FROM lateen_lease WHERE fleet = $1", [fleet]);
  const by = holder.rows[0]?.["owner"];
  return typeof by === "string" && by !== "" ? by : "another process";
}

function hold(options: LeaseOptions, epoch: number): Lease {
  const { client, fleet } = options;
  const ended = new AbortController();
  void renew(options, epoch, ended);
  return {
    epoch,
    isLost: () => ended.signal.aborted,
    lose: () => ended.abort(),
    async release() {
      ended.abort();
      await client.query("UPDATE lateen_lease SET owner = '', until_ms = 0 WHERE fleet = $1 AND epoch = $2", [
        fleet,
        epoch,
      ]);
    },
  };
}

/** Renews three times as often as necessary: two of three statements may fail. */
async function renew(
  { client, fleet, leaseMs, clock }: LeaseOptions,
  epoch: number,
  ended: AbortController,
): Promise<void> {
  for (;;) {
    const isOver = await clock.sleep(leaseMs / 3, ended.signal).then(
      () => false,
      () => true,
    );
    if (isOver) return;
    const renewed = await client
      .query("UPDATE lateen_lease SET until_ms = $3 WHERE fleet = $1 AND epoch = $2 RETURNING epoch", [
        fleet,
        epoch,
        clock.now() + leaseMs,
      ])
      .catch(() => undefined);
    if (renewed !== undefined && renewed.rows.length === 0) return ended.abort();
  }
}
