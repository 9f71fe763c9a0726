import { type AnyEvent, errorDocument, type ResultDocument } from "@lateen/cli/pipeline";
import { appendToStream, createSqlJournal } from "@lateen/fleet/journal-sql";
import { asReleaseError, type Clock, isoNow, ReleaseError } from "@lateen/kernel";
import { type Database, isDatabaseAway } from "../store/database.ts";
import { endRollout, stoppedResult } from "../store/end.ts";
import { hasMoved, readRollout } from "../store/read.ts";
import { commandOf, type Rollout } from "../store/rollout.ts";
import { deadMs } from "../store/runners.ts";
import { startTrace } from "../traces/trace.ts";
import { hooksOf, type ServiceFleet } from "./fleets.ts";
import { findNewerOrder } from "./overtaken.ts";
import type { Pulse } from "./pulse.ts";
import { runOrder } from "./run-order.ts";
import { stampOf } from "./stamp.ts";
import { watchJournal, type WatchedJournal } from "./watched-journal.ts";
import { watchRollout } from "./watched-rollout.ts";

export interface DrivePorts {
  readonly database: Database;
  readonly fleets: Readonly<Record<string, ServiceFleet>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Names this driver in leases. */
  readonly owner: string;
  readonly pulse: Pulse;
  /** Aborted when the service stops: calls in flight settle, and the rollout is left to another runner. */
  readonly signal: AbortSignal;
}

/** Drives a rollout that was claimed to its end, or until another driver has it. It never throws. */
export async function drive(rollout: Rollout, ports: DrivePorts): Promise<void> {
  const { database, clock, owner, pulse } = ports;
  const { id } = rollout;
  const stop = new AbortController();
  let journal: WatchedJournal | undefined;
  let stage = "";
  const interrupt = (why: string): void => stop.abort(interrupted(id, why));
  const onStop = (): void => interrupt("the service stops");
  ports.signal.addEventListener("abort", onStop, { once: true });
  if (ports.signal.aborted) onStop();

  const watched = watchRollout(rollout, {
    pulse,
    interrupt,
    read: () => readRollout(database, id),
    // Promotion and repair write until they are through; everything else starts nothing while it is paused.
    isAtRest: () => journal?.isBusy() !== true && stage !== "promotion" && rollout.kind !== "reconcile",
  });
  const trace = await startTrace(rollout);
  const events = createEventLog(database, id, clock, (event) => {
    if (event.type === "stage-started") stage = event.stage;
    trace.see(event);
  });
  const result = await carryOut();
  await events.written();
  watched.end();
  ports.signal.removeEventListener("abort", onStop);
  trace.end(result?.outcome);
  if (result === undefined || !(await end(result))) await pulse.release(rollout);

  /** The result; undefined if the rollout is another driver's to end. */
  async function carryOut(): Promise<ResultDocument | undefined> {
    let result: ResultDocument;
    try {
      result = await ownShare(await run());
    } catch (thrown) {
      const error = asReleaseError(thrown);
      // Nothing is decided by a database that is away: the rollout is continued when it is back.
      if (error.code === "JOURNAL_LOST" || isDatabaseAway(thrown)) return undefined;
      const document = errorDocument(commandOf(rollout.kind), error);
      // A program that follows from elsewhere ends with the exit code of this category.
      result = { ...document, error: document.error && { ...document.error, category: error.category } };
    }
    // Whose wish it was decides: a stop ends the rollout, everything else is continued by another runner.
    if (watched.isLost()) return undefined;
    if (watched.current().wish === "stop" && stop.signal.aborted)
      return stoppedResult(watched.current(), known(result));
    return ports.signal.aborted && stop.signal.aborted ? undefined : result;
  }

  /** A rollout whose runner died between its last fact and its result has shipped, though the next one finds nothing to do. */
  async function ownShare(result: ResultDocument): Promise<ResultDocument> {
    if (result.outcome !== "unchanged" || rollout.epoch === 1 || !(await hasMoved(database, id))) return result;
    return {
      ...result,
      outcome: "shipped",
      reason: "shipped by the runner before this one, and found as it should be",
    };
  }

  async function run(): Promise<ResultDocument> {
    const fleet = ports.fleets[rollout.fleet];
    if (fleet === undefined) throw fleetGone(rollout.fleet);
    const { env } = ports;
    const overtaken = await findNewerOrder(rollout, { database, fleet, env, clock, signal: stop.signal });
    if (overtaken !== undefined) return overtaken;
    const own = createSqlJournal({ client: database, name: rollout.fleet, owner, stream: id, leaseMs: deadMs, clock });
    const { report } = events;
    const warn = (message: string): void => report({ type: "warned", message });
    journal = watchJournal(own, { clock, signal: stop.signal, warn });
    const { traceparent } = trace;
    return runOrder(rollout, {
      database,
      fleet,
      journal,
      env,
      clock,
      report,
      watched,
      traceparent,
      signal: stop.signal,
    });
  }

  /** Writes the result. If that fails, the next driver writes it again, by the same journal. */
  async function end(result: ResultDocument): Promise<boolean> {
    const { startedAt } = watched.current();
    const settings = ports.fleets[rollout.fleet]?.settings;
    const hooks = hooksOf(settings);
    const whole = {
      ...result,
      startedAt,
      finishedAt: isoNow(clock),
      actor: rollout.actor,
      ...stampOf(settings),
    };
    for (let tries = 0; ; tries++) {
      try {
        await database.transaction((client) => endRollout(client, rollout, whole, clock.now(), hooks));
        return true;
      } catch {
        if (tries >= 20 || ports.signal.aborted) return false;
        await clock.sleep(500);
      }
    }
  }
}

/** Events for followers in addition to the facts, which come from the journal itself. */
const shownTypes: ReadonlySet<string> = new Set(["stage-started", "warned", "check-sampled"]);

/** Keeps what followers see besides the facts. */
function createEventLog(database: Database, id: string, clock: Clock, see: (event: AnyEvent) => void) {
  let writing = Promise.resolve();
  return {
    report(event: AnyEvent): void {
      see(event);
      if (!shownTypes.has(event.type)) return;
      const shown = { ...event, at: clock.now() };
      writing = writing.then(() => appendToStream(database, id, [shown])).catch(() => undefined);
    },
    written: () => writing,
  };
}

/** Facts of a stopped run about its fleet; an error document has none. */
function known(result: ResultDocument): ResultDocument | undefined {
  return result.error === undefined ? result : undefined;
}

function interrupted(id: string, why: string): ReleaseError {
  return new ReleaseError({
    code: "INTERRUPTED",
    category: "interrupted",
    message: `the rollout ${id} is interrupted: ${why}`,
    fix: "it is continued by its journal",
  });
}

function fleetGone(name: string): ReleaseError {
  return new ReleaseError({
    code: "FLEET_UNKNOWN",
    category: "state",
    message: `the fleet ${name} is no longer configured`,
    why: "a service rolls the fleets of its own configuration: its environments, or default without any",
    fix: "write it under environments:, or order for another fleet",
  });
}
