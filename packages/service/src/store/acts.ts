import type { ResultDocument } from "@lateen/cli/pipeline";
import { appendToStream, type SqlClient } from "@lateen/fleet/journal-sql";
import type { Database } from "./database.ts";
import { serviceError } from "../errors.ts";
import { type Act, actEvent, type Rollout, rolloutColumns, toRollout } from "./rollout.ts";
import { type EndHook, endRollout, stoppedResult } from "./end.ts";
import { alive } from "./runners.ts";

export type ActDecision =
  | { readonly kind: "wish"; readonly wish: Rollout["wish"] }
  /** It has no driver yet, so it ends here. */
  | { readonly kind: "end" }
  /** The request abandons its journal. */
  | { readonly kind: "abandon" }
  | { readonly kind: "refuse"; readonly code: "ROLLOUT_ENDED" | "ROLLOUT_UNFINISHED" };

/** Decides about an act; total over every state and verb. `isDriven` is false if no living runner has the rollout. */
export function decideAct({ state }: Pick<Rollout, "state">, verb: Act["verb"], isDriven: boolean): ActDecision {
  if (verb === "abandon")
    return state === "ended" ? { kind: "abandon" } : { kind: "refuse", code: "ROLLOUT_UNFINISHED" };
  if (state === "ended") return { kind: "refuse", code: "ROLLOUT_ENDED" };
  if (verb === "stop") return isDriven ? { kind: "wish", wish: "stop" } : { kind: "end" };
  return { kind: "wish", wish: verb === "pause" ? "pause" : "run" };
}

/** Records of the end of a rollout, if the act ends it. */
export interface ActEnd {
  readonly stamp: Pick<ResultDocument, "lateen" | "config">;
  readonly hooks: readonly EndHook[];
}

/**
 * Records an act; the driver of the rollout reads it within half a second. A stop is not taken back by a later act.
 * @throws ReleaseError `ROLLOUT_UNKNOWN`, `ROLLOUT_ENDED`, `ROLLOUT_UNFINISHED`, `DATABASE_UNAVAILABLE`
 */
export function act(database: Database, id: string, made: Act, { stamp, hooks }: ActEnd): Promise<Rollout> {
  return database.transaction(async (client) => {
    const rollout = await lockRollout(client, id);
    const decision = decideAct(rollout, made.verb, await isDriven(client, id));
    if (decision.kind === "refuse") throw refused(rollout, made.verb, decision.code);
    const wish = decision.kind === "wish" && rollout.wish !== "stop" ? decision.wish : rollout.wish;
    const acts = [...rollout.acts, made];
    await client.query(`update lateen_rollout set wish = $2, acts = $3 where id = $1`, [
      id,
      wish,
      JSON.stringify(acts),
    ]);
    await appendToStream(client, id, [actEvent(made)]);
    const now = { ...rollout, wish, acts };
    if (decision.kind === "end") {
      const result = { ...stoppedResult(now, undefined), finishedAt: made.at, actor: rollout.actor, ...stamp };
      await endRollout(client, now, result, Date.parse(made.at), hooks);
    }
    return now;
  });
}

async function lockRollout(client: SqlClient, id: string): Promise<Rollout> {
  const { rows } = await client.query(`select ${rolloutColumns} from lateen_rollout where id = $1 for update`, [id]);
  if (rows[0] === undefined) throw rolloutUnknown(id);
  return toRollout(rows[0]);
}

/** If a living runner has the rollout; one of a fleet that is no longer configured may have none forever. */
async function isDriven(client: SqlClient, id: string): Promise<boolean> {
  const { rows } = await client.query(
    `select 1 from lateen_rollout r join lateen_runner w on w.id = r.runner where r.id = $1 and r.state <> 'queued' and ${alive}`,
    [id],
  );
  return rows.length > 0;
}

/** There is no such rollout. */
export function rolloutUnknown(id: string): Error {
  return serviceError("ROLLOUT_UNKNOWN", {
    message: `there is no rollout ${JSON.stringify(id.slice(0, 100))}`,
    fix: "GET /v1/fleets names the rollouts of every fleet",
  });
}

function refused({ id, outcome }: Rollout, verb: Act["verb"], code: "ROLLOUT_ENDED" | "ROLLOUT_UNFINISHED"): Error {
  const ended = code === "ROLLOUT_ENDED";
  return serviceError(code, {
    message: ended ? `the rollout ${id} has ended ${outcome ?? ""}`.trim() : `the rollout ${id} has not ended`,
    why: `${verb} is for a rollout that ${ended ? "has not ended" : "has ended and left its journal unfinished"}`,
    fix: ended ? "order another one" : "stop it first",
  });
}
