import type { ResultDocument } from "@lateen/cli/pipeline";
import { appendToStream, type SqlClient } from "@lateen/fleet/journal-sql";
import { addMessages } from "./outbox.ts";
import { commandOf, type Rollout } from "./rollout.ts";

/** A webhook, as far as the end of a rollout needs it. */
export interface EndHook {
  readonly name: string;
  /** Outcomes that it wants to hear of. @default all */
  readonly on?: readonly string[] | undefined;
}

/** Ends a rollout if `epoch` is still its newest: a driver that was replaced has no say. Answers if it did. */
export async function endRollout(
  client: SqlClient,
  rollout: Pick<Rollout, "id" | "fleet" | "epoch" | "dry">,
  result: ResultDocument,
  at: number,
  hooks: readonly EndHook[],
): Promise<boolean> {
  const { id, epoch, dry } = rollout;
  const { rows } = await client.query(
    `update lateen_rollout set state = 'ended', outcome = $3, result = $4, off_target = $5, ended_at = clock_timestamp()
     where id = $1 and epoch = $2 and state <> 'ended' returning id`,
    [id, epoch, result.outcome, JSON.stringify(result), offTarget(result)],
  );
  if (rows.length === 0) return false;
  const { outcome, reason, code } = result as ResultDocument & { readonly code?: string };
  await appendToStream(client, id, [{ type: "rollout-ended", outcome, code, reason, at }]);
  const wanting = dry ? [] : hooks.filter(({ on }) => on === undefined || on.includes(outcome));
  await addMessages(
    client,
    rollout,
    wanting.map(({ name }) => name),
  );
  return true;
}

/** Tenants that are not where they should be; null if the rollout did not reach its fleet. */
function offTarget({ fleet }: ResultDocument): number | null {
  if (fleet?.stragglers === undefined) return null;
  return fleet.stragglers.length + (fleet.quarantined?.length ?? 0) + (fleet.unknown?.length ?? 0);
}

/** The result of a rollout that a person has stopped; what is known of its fleet is kept. */
export function stoppedResult(rollout: Rollout, known: ResultDocument | undefined): ResultDocument {
  const act = rollout.acts.findLast(({ verb }) => verb === "stop");
  const reason = `stopped by ${act?.actor ?? "a person"}: ${act?.reason ?? ""}`;
  const base = { schemaVersion: 1 as const, command: commandOf(rollout.kind), commit: rollout.sha };
  return { ...base, ...known, outcome: "halted", code: "STOPPED", reason } as ResultDocument;
}
