import type { ResultDocument } from "@lateen/cli/pipeline";
import { type Ancestry, type Clock, type CommitSha, isoNow, parseCommitSha, type Reading } from "@lateen/kernel";
import type { Database } from "../store/database.ts";
import { type Rollout, rolloutColumns, toRollout } from "../store/rollout.ts";
import { type ServiceFleet, wireFleet } from "./fleets.ts";

/** Ports that the queue is compared through. */
interface QueuePorts {
  readonly database: Database;
  readonly fleet: ServiceFleet;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The result of a queued release that a newer one in the queue has overtaken: it gives way before it asks for anything. */
export async function findNewerOrder(
  { kind, sha, dry, epoch, fleet: name, place }: Rollout,
  { database, fleet, env, clock, signal }: QueuePorts,
): Promise<ResultDocument | undefined> {
  if (fleet.settings.config.forge === undefined || kind !== "release" || sha === undefined || dry) return undefined;
  // A rollout that has moved something is completed or abandoned by a person, not skipped.
  if (epoch > 1) return undefined;
  const { rows } = await database.query(
    `select ${rolloutColumns} from lateen_rollout where fleet = $1 and state = 'queued' and not dry and place > $2 order by place`,
    [name, place],
  );
  if (rows.length === 0) return undefined;
  const forge = await wireFleet(fleet, { journal: undefined, env, report: () => undefined }).forge();
  const newer = await findOvertaking(parseCommitSha(sha), rows.map(toRollout), forge, signal);
  return newer === undefined ? undefined : overtakenBy(sha, newer, isoNow(clock));
}

function overtakenBy(sha: string, newer: CommitSha, at: string): ResultDocument {
  const reason = `${newer.slice(0, 12)} was ordered after ${sha.slice(0, 12)} and descends from it`;
  return {
    schemaVersion: 1,
    command: "ship",
    outcome: "superseded",
    code: "OVERTAKEN_IN_QUEUE",
    reason,
    commit: sha,
    supersededBy: newer,
    evidence: [{ rule: "supersession", verdict: "superseded", fact: reason, source: "the queue", at }],
  };
}

/** The newest queued release that descends from `sha`; undefined if there is none, or if that cannot be read. */
export async function findOvertaking(
  sha: CommitSha,
  queued: readonly Rollout[],
  history: { compare(base: CommitSha, head: CommitSha, signal?: AbortSignal): Promise<Reading<Ancestry>> },
  signal: AbortSignal,
): Promise<CommitSha | undefined> {
  for (const later of queued.toReversed()) {
    if (later.kind !== "release" || later.sha === undefined || later.sha === sha) continue;
    const head = parseCommitSha(later.sha);
    const reading = await history.compare(sha, head, signal);
    // An unreadable comparison overtakes nothing: the release then runs in its turn, and its own guard asks again.
    if (reading.kind === "found" && reading.value === "ahead") return head;
  }
  return undefined;
}
