import { inspectJournal } from "@lateen/fleet";
import type { CommitSha } from "@lateen/kernel";
import type { RollbackPart } from "@lateen/promote";
import type { Job } from "../job/job.ts";
import { decideFleetAheadOfLedger } from "./decide-fleet-ahead-of-ledger.ts";

/** Warns where a rollback that no one gave a release goes further back than to what was there before; it stops nothing. */
export async function warnFleetAheadOfLedger(job: Job, parts: readonly RollbackPart[], goes: CommitSha): Promise<void> {
  if (job.settings.config.fleet === undefined) return;
  const sent = (await inspectJournal((await job.wiring.fleet()).journal))?.release.sha;
  if (sent === undefined || sent === goes) return;
  const heads = await Promise.all(parts.map(({ ports }) => ports.ledger.read(job.signal)));
  const newest = heads.map((head) => (head.kind === "found" ? head.value.entry.commit : undefined));
  const meant = decideFleetAheadOfLedger({ sent, newest, goes });
  if (meant === undefined) return;
  const message = `the fleet was last sent to ${sent.slice(0, 12)}, which no ledger names: this goes further back, to ${goes.slice(0, 12)}; to go back to what the ledgers name, give --to ${meant}`;
  job.report({ type: "warned", message });
}
