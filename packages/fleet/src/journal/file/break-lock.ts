import { join } from "node:path";
import { type Clock, type Evidence, formatDuration, go, isoNow, systemClock, type Verdict } from "@lateen/kernel";
import type { JournalEntry } from "../../engine/journal-entry.ts";
import { refuse } from "../../steps/forward-stop.ts";
import { createFileJournal } from "./journal.ts";
import { readHolder, takeLock } from "./lock.ts";
import { ownerElsewhere } from "./owner.ts";

/**
 * Maximum time in milliseconds that a living process is silent in the journal: it awaits a call of the control plane for up to ten minutes,
 * and writes within another one.
 */
const quietMs = 11 * 60_000;

/**
 * Frees the journal in `folder` from a process of another host, which cannot be seen from here.
 *
 * It checks first that the lock is held, that its owner is on another host (one of this host is taken over by itself once it is dead),
 * and that nothing was written, and no soak is running, for eleven minutes. An owner that lives all the same is ended by its next append
 * (`JOURNAL_LOST`).
 */
export async function breakJournalLock(options: {
  readonly folder: string;
  readonly reason: string;
  readonly clock?: Clock | undefined;
  /** Checks, and breaks nothing. @default false */
  readonly dryRun?: boolean | undefined;
}): Promise<Verdict<{ readonly owner: string }>> {
  const { folder, reason, clock = systemClock, dryRun = false } = options;
  const path = join(folder, "rollout.lock");
  const holder = await readHolder(path);
  const owner = ownerElsewhere(holder);
  if (owner === undefined)
    return refuse(
      "LOCK_NOT_FOREIGN",
      `no process of another host holds the journal in ${folder}: nothing has to be broken`,
    );
  const name = `process ${owner.pid} on ${owner.host}`;
  const silentMs = clock.now() - lastSign(await createFileJournal({ folder, clock }).read());
  if (silentMs < quietMs) {
    const left = formatDuration(Math.max(1_000, Math.ceil((quietMs - silentMs) / 1_000) * 1_000));
    return refuse("LOCK_IN_USE", `${name} may be at work: its journal shows a sign of life; try again in ${left}`);
  }
  const lock = dryRun ? undefined : await takeLock(path, { ignoring: holder });
  if (typeof lock === "string") return refuse("JOURNAL_IN_USE", `the journal in ${folder} is in use by ${lock}`);
  await lock?.release();
  const fact = `the lock of ${name} was broken after ${formatDuration(Math.floor(silentMs / 1_000) * 1_000)} of silence: ${reason}`;
  const evidence: Evidence = { rule: "journal", verdict: "broken", fact, source: folder, at: isoNow(clock) };
  return go({ owner: name }, [evidence]);
}

/** The latest instant at which the journal says that its process was, or will be, at work. */
function lastSign(entries: readonly JournalEntry[]): number {
  return entries.reduce((last, entry) => {
    const until = entry.type === "soak-started" ? entry.until : entry.at;
    return Math.max(last, until, entry.at);
  }, 0);
}
