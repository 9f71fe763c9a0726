import type { ResultDocument } from "@lateen/cli/pipeline";
import { appendToStream, type SqlClient } from "@lateen/fleet/journal-sql";
import { commandOf, type Rollout } from "./rollout.ts";

/** Ends a rollout if `epoch` is still its newest: a driver that was replaced has no say. Answers if it did. */
export async function endRollout(
  client: SqlClient,
  { id, epoch }: Pick<Rollout, "id" | "epoch">,
  result: ResultDocument,
  at: number,
): Promise<boolean> {
  const { rows } = await client.query(
    `update lateen_rollout set state = 'ended', outcome = $3, result = $4, ended_at = clock_timestamp()
     where id = $1 and epoch = $2 and state <> 'ended' returning id`,
    [id, epoch, result.outcome, JSON.stringify(result)],
  );
  if (rows.length === 0) return false;
  const { outcome, reason, code } = result as ResultDocument & { readonly code?: string };
  await appendToStream(client, id, [{ type: "rollout-ended", outcome, code, reason, at }]);
  return true;
}

/** The result of a rollout that a person has stopped; what is known of its fleet is kept. */
export function stoppedResult(rollout: Rollout, known: ResultDocument | undefined): ResultDocument {
  const act = rollout.acts.findLast(({ verb }) => verb === "stop");
  const reason = `stopped by ${act?.actor ?? "a person"}: ${act?.reason ?? ""}`;
  const base = { schemaVersion: 1 as const, command: commandOf(rollout.kind), commit: rollout.sha };
  return { ...base, ...known, outcome: "halted", code: "STOPPED", reason } as ResultDocument;
}
