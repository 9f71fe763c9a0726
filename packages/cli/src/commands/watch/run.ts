import { inspectJournal, type Journal, type JournalEntry, type RolloutStatus } from "@lateen/fleet";
import type { Clock } from "@lateen/kernel";
import type { AnyEvent } from "../../output/events.ts";
import { describeHaltOf } from "../../output/describe-halt.ts";
import { short } from "../../output/text/line.ts";
import type { CommandResult } from "../command.ts";

/** Pause between two looks at the journal, in milliseconds: a person takes it for at once. */
const pollMs = 500;

/** Rollout to watch, and the output. */
export interface WatchOptions {
  readonly journal: Pick<Journal, "read">;
  /** False if no living process drives the rollout. */
  readonly isDriven: () => Promise<boolean>;
  readonly clock: Clock;
  readonly report: (event: AnyEvent) => void;
  /** Interrupts the command. */
  readonly signal: AbortSignal;
  /** Stops watching; this does not interrupt the rollout. */
  readonly detach: AbortSignal;
}

/**
 * Reports every entry of the journal as an event, from the first of the unfinished rollout on, until it has ended or no process drives it.
 *
 * @throws ReleaseError `INTERRUPTED`
 */
export async function followRollout(options: WatchOptions): Promise<CommandResult> {
  const { journal, isDriven, clock, report, signal, detach } = options;
  const begun = await statusOf(await journal.read());
  if (begun?.state !== "unfinished") return ended(begun, "no rollout is running");
  if (!(await isDriven())) return left(begun);
  report({ type: "warned", message: "watching: q stops watching, and the rollout continues" });
  let seen = 0;
  for (;;) {
    // Asked first: the last entry is written before the journal is let go.
    const wasDriven = await isDriven();
    const entries = await journal.read();
    const status = await statusOf(entries);
    // A finished journal is put aside when the next rollout begins: what comes then is another one.
    if (status?.id !== begun.id) return ended(begun, "the rollout has ended, and another one has begun");
    for (const entry of entries.slice(seen)) report(entry as AnyEvent);
    seen = entries.length;
    if (status.state !== "unfinished") return ended(status, `it ended ${status.outcome ?? status.state}`);
    if (!wasDriven) return left(status);
    if (detach.aborted) return detached(status);
    await pause(clock, AbortSignal.any([signal, detach])).catch((error: unknown) => {
      if (!detach.aborted || signal.aborted) throw error;
    });
  }
}

function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  return signal.aborted ? Promise.resolve() : clock.sleep(pollMs, signal);
}

async function statusOf(entries: readonly JournalEntry[]): Promise<RolloutStatus | undefined> {
  return inspectJournal({ read: async () => entries });
}

function ended(status: RolloutStatus | undefined, how: string): CommandResult {
  const reason = status === undefined ? "the journal is empty: no rollout is running" : `${describe(status)}: ${how}`;
  if (status === undefined) return { outcome: "ok", document: { reason }, answer: reason };
  const commit = status.release.sha;
  const next = status.outcome === "halted" ? [`lateen explain ${commit}`, "lateen status"] : [];
  return {
    outcome: "ok",
    document: { reason, commit, ...(next.length === 0 ? {} : { next }) },
    answer: [reason, ...describeHaltOf(status)].join("\n"),
  };
}

function left(status: RolloutStatus): CommandResult {
  const reason = `${describe(status)} is unfinished, and no process drives it`;
  // Status has the commands that complete and abandon it.
  return { outcome: "ok", document: { reason, commit: status.release.sha, next: ["lateen status"] }, answer: reason };
}

function detached(status: RolloutStatus): CommandResult {
  const reason = `${describe(status)} continues; it is no longer watched`;
  return { outcome: "ok", document: { reason, commit: status.release.sha, next: ["lateen watch"] }, answer: reason };
}

function describe({ release, purpose, state, outcome }: RolloutStatus): string {
  const what = purpose?.kind === "rollback" ? "the rollback to" : "the rollout of";
  return `${what} ${short(release.sha)}${state === "unfinished" ? "" : ` (${outcome ?? state})`}`;
}
