import { type Clock, type Reading, type ReleaseError, type Stop, stop, systemClock } from "@lateen/kernel";
import { done } from "../../steps/forward-stop.ts";
import { steadyClock } from "../../steps/steady-clock.ts";
import { replay } from "../../engine/reducer.ts";
import type { JournalEntry, RolloutEvent } from "../../engine/journal-entry.ts";
import type { Journal, OpenJournal } from "../../ports/journal.ts";
import { readMirror, type Mirrored, type MirrorEntry } from "./read-mirror.ts";
import { fleetError } from "../../errors.ts";

/** A log with compare-and-swap that outlives the machine; the kernel's git ref log fits. */
export interface MirrorLog {
  /** The newest `limit` entries, newest first; absent if the log does not exist yet. */
  entries(options: { readonly limit: number }, signal?: AbortSignal): Promise<Reading<readonly MirrorEntry[]>>;
  /** Appends after the entry `expected`, or as the first one for null, if that is still the newest. */
  append(expected: string | null, draft: { readonly subject: string; readonly value: unknown }): Promise<MirrorAppend>;
}

/** Outcome of an append: written, another writer was first, or not known. */
export type MirrorAppend =
  | { readonly kind: "appended"; readonly head: { readonly id: string } }
  | { readonly kind: "lost"; readonly head: { readonly id: string } }
  | { readonly kind: "unknown"; readonly cause: ReleaseError };

export interface MirrorOptions {
  readonly journal: Journal;
  readonly log: MirrorLog;
  readonly clock?: Clock;
  /** Shortest time between two pushes at the end of waves, in milliseconds: a push takes about a second. @default 5000 */
  readonly intervalMs?: number;
}

/** Facts after which the mirror is brought up to date: the boundaries of a rollout's phases. */
const boundaries: ReadonlySet<RolloutEvent["type"]> = new Set([
  "stages-planned",
  "rollout-resumed",
  "wave-finished",
  "guard-stopped",
  "rollout-halted",
  "return-planned",
  "fleet-enumerated-again",
  "rollout-interrupted",
  "rollout-finished",
  "rollout-abandoned",
]);

/** Before these nothing has moved in this process: a process that cannot be first here must stop. */
const openings: ReadonlySet<RolloutEvent["type"]> = new Set(["stages-planned", "rollout-resumed"]);

/**
 * A journal that is copied to `log` at the boundaries of the phases, so that a rollout whose machine is gone can be resumed
 * from another one.
 *
 * The log is also the lock between machines: a machine that takes a rollout over appends first, and the earlier writer's next append
 * is lost, which ends it with `JOURNAL_LOST`. A push that fails in mid-rollout is made up for at the next boundary.
 */
export function mirrorJournal(options: MirrorOptions): Journal {
  const { journal, log, clock = systemClock, intervalMs = 5_000 } = options;
  return {
    async read() {
      const [local, mirrored] = [await journal.read(), await readMirror(log)];
      return mirrored.kind === "found" ? newer(local, mirrored.value.facts) : local;
    },
    async open() {
      const opened = await journal.open();
      if (opened.kind === "stop") return opened;
      try {
        const mirrored = await readMirror(log);
        if (mirrored.kind === "found")
          return done(await mirror(opened.value, mirrored.value, { log, clock: steadyClock(clock), intervalMs }));
        await opened.value.close();
        return unread(mirrored);
      } catch (error) {
        await opened.value.close();
        throw error;
      }
    },
  };
}

function unread(reading: Exclude<Reading<Mirrored>, { kind: "found" }>): Stop {
  const why = reading.kind === "unknown" ? reading.cause.message : reading.proof;
  return stop({
    outcome: "unknown",
    code: "JOURNAL_MIRROR_UNREADABLE",
    reason: `the mirror of the journal cannot be read: ${why}`,
  });
}

/** Of two tellings the one of the later rollout, and of one rollout the one that knows more. */
function newer(local: readonly JournalEntry[], mirrored: readonly JournalEntry[]): readonly JournalEntry[] {
  const [here, there] = [replay(local), replay(mirrored)];
  if (there.id === undefined) return local;
  if (here.id === there.id) return local.length >= mirrored.length ? local : mirrored;
  return here.startedAt > there.startedAt ? local : mirrored;
}

async function mirror(
  inner: OpenJournal,
  mirrored: Mirrored,
  tools: { readonly log: MirrorLog; readonly clock: Clock; readonly intervalMs: number },
): Promise<OpenJournal> {
  const entries = newer(inner.entries, mirrored.facts);
  if (entries !== inner.entries) await adopt(inner, entries);
  let known = [...entries];
  let sent = replay(entries).id === replay(mirrored.facts).id ? mirrored.facts.length : 0;
  let { head } = mirrored;
  let pushedAt = Number.NEGATIVE_INFINITY;

  let pushing: Promise<unknown> = Promise.resolve();

  /** One push after the other: two at a time would each take the other for another machine. */
  const push = (mustSucceed: boolean): Promise<void> => {
    const length = known.length;
    const turn = pushing.then(() => (sent >= length ? undefined : pushNow(mustSucceed)));
    pushing = turn.catch(() => undefined);
    return turn;
  };

  const pushNow = async (mustSucceed: boolean): Promise<void> => {
    const length = known.length;
    const value = { schemaVersion: 1, from: sent, facts: known.slice(sent) };
    const subject = `rollout ${replay(known).id ?? "?"}: ${known.at(-1)?.type ?? "nothing"}`;
    const appended = await tools.log.append(head, { subject, value });
    pushedAt = tools.clock.now();
    if (appended.kind === "lost") throw lost();
    if (appended.kind === "appended") [head, sent] = [appended.head.id, length];
    else if (mustSucceed) throw appended.cause;
    else ({ head, sent } = await lookAgain(tools.log, { head, sent, known }));
  };

  return {
    entries,
    async append(added) {
      await inner.append(added);
      known.push(...added);
      const boundary = added.filter((fact) => boundaries.has(fact.type));
      const isOpening = boundary.some((fact) => openings.has(fact.type));
      const isDue =
        boundary.some((fact) => fact.type !== "wave-finished") || tools.clock.now() - pushedAt >= tools.intervalMs;
      if (boundary.length > 0 && isDue) await push(isOpening);
    },
    async rotate() {
      await pushing;
      await inner.rotate();
      [known, sent] = [[], 0];
    },
    close: () => inner.close(),
  };
}

async function adopt(inner: OpenJournal, entries: readonly JournalEntry[]): Promise<void> {
  if (inner.entries.length > 0) await inner.rotate();
  await inner.append(entries);
}

/** After a push with an unknown result: the log itself knows. */
async function lookAgain(
  log: MirrorLog,
  own: { readonly head: string | null; readonly sent: number; readonly known: readonly JournalEntry[] },
): Promise<{ readonly head: string | null; readonly sent: number }> {
  const reading = await readMirror(log);
  if (reading.kind !== "found") return own;
  const { head, facts } = reading.value;
  const isOurs = facts.length > own.sent && replay(facts).id === replay(own.known).id;
  return isOurs ? { head, sent: facts.length } : own;
}

function lost(): ReleaseError {
  return fleetError("JOURNAL_LOST", "state", {
    message: "another machine has taken this rollout over, or started one of its own",
    fix: "let that one finish; look at the mirror's ref to see who it is",
  });
}
