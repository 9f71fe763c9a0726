import { appendToStream, type SqlClient } from "@lateen/fleet/journal-sql";
import type { Database } from "./database.ts";
import { serviceError } from "../errors.ts";
import { traceparentOf } from "../traces/traceparent.ts";
import { type Rollout, rolloutColumns, toRollout } from "./rollout.ts";

export interface Order {
  readonly fleet: string;
  readonly kind: Rollout["kind"];
  readonly sha?: string | undefined;
  readonly to?: string | undefined;
  readonly dry: boolean;
  readonly actor: string;
  readonly reason?: string | undefined;
  /** The header of the request, so that the trace of the caller continues. @default a trace of its own */
  readonly traceparent?: string | undefined;
}

/** The rollout of an order, and if this very order made it. */
export interface Placed {
  readonly rollout: Rollout;
  readonly isNew: boolean;
}

/**
 * Places an order once: the same order again is the same rollout while that is unfinished, and a release also after it has ended well.
 * @throws ReleaseError `COMMIT_REPLACED`, `DATABASE_UNAVAILABLE`
 */
export function placeOrder(database: Database, order: Order, id: string): Promise<Placed> {
  return database.transaction(async (client) => {
    // Orders of one fleet one after the other: two at once would both find nothing.
    await client.query(`select pg_advisory_xact_lock(hashtext('lateen ' || $1))`, [order.fleet]);
    const decision = decideOrder(order, await pastOf(client, order));
    if (decision.kind === "same") return { rollout: decision.rollout, isNew: false };
    if (decision.kind === "replaced") throw replaced(order, decision.by);
    const { fleet, kind, sha, to, dry, actor, reason } = order;
    const { rows } = await client.query(
      `insert into lateen_rollout (id, fleet, kind, sha, "to", dry, actor, reason, traceparent)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${rolloutColumns}`,
      [id, fleet, kind, sha ?? null, to ?? null, dry, actor, reason ?? null, traceparentOf(order.traceparent)],
    );
    const rollout = toRollout(rows[0] ?? {});
    await appendToStream(client, id, [
      { type: "rollout-queued", fleet, kind, sha, to, actor, reason, at: Date.parse(rollout.createdAt) },
    ]);
    return { rollout, isNew: true };
  });
}

export type OrderDecision =
  | { readonly kind: "new" }
  | { readonly kind: "same"; readonly rollout: Rollout }
  | { readonly kind: "replaced"; readonly by: Rollout };

/** Decides about an order from the rollouts of its fleet, newest first. */
export function decideOrder(
  { kind, sha, to, dry }: Pick<Order, "kind" | "sha" | "to" | "dry">,
  past: readonly Rollout[],
): OrderDecision {
  const own = past.find((one) => one.kind === kind && one.sha === sha && one.to === to && one.dry === dry);
  // Two people who go back at the same time, or one whose answer was lost, must not go back twice.
  if (own !== undefined && own.state !== "ended") return { kind: "same", rollout: own };
  if (kind !== "release" || dry) return { kind: "new" };
  const well = past.filter(
    (one) => !one.dry && one.kind !== "reconcile" && (one.outcome === "shipped" || one.outcome === "unchanged"),
  );
  const last = well.find((one) => one.kind === "release" && one.sha === sha);
  if (last === undefined) return { kind: "new" };
  const newer = well.find((one) => one.place > last.place && one.outcome === "shipped");
  return newer === undefined ? { kind: "same", rollout: last } : { kind: "replaced", by: newer };
}

/** Rollouts that are looked at for an order; what is older was replaced long ago. */
const remembered = 200;

async function pastOf(client: SqlClient, { fleet }: Order): Promise<readonly Rollout[]> {
  const { rows } = await client.query(
    `select ${rolloutColumns} from lateen_rollout where fleet = $1 order by place desc limit $2`,
    [fleet, remembered],
  );
  return rows.map(toRollout);
}

function replaced({ sha = "" }: Order, by: Rollout): Error {
  return serviceError("COMMIT_REPLACED", {
    message: `${sha.slice(0, 12)} was shipped earlier and has been replaced since`,
    why: `rollout ${by.id} came after it`,
    fix: "go back on purpose: POST /v1/fleets/{fleet}/rollback with a reason",
  });
}
