import {
  type AnyEvent,
  createJob,
  errorDocument,
  type Job,
  type ResultDocument,
  resultOf,
  rollback,
  ship,
} from "@lateen/cli/pipeline";
import { appendToStream, createSqlJournal } from "@lateen/fleet/journal-sql";
import { asReleaseError, type Clock, isoNow, parseCommitSha, ReleaseError } from "@lateen/kernel";
import type { Database } from "../store/database.ts";
import { endRollout, stoppedResult } from "../store/end.ts";
import { type Rollout, toRollout } from "../store/rollout.ts";
import { type ServiceFleet, wireFleet } from "./fleets.ts";
import { findOvertaking } from "./overtaken.ts";
import { watchJournal, type WatchedJournal } from "./watched-journal.ts";

/** What a driver works with. */
export interface DrivePorts {
  readonly database: Database;
  readonly fleets: Readonly<Record<string, ServiceFleet>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Names this driver in leases. */
  readonly owner: string;
  /** Aborted when the service stops: calls in flight settle, and the rollout is left to another runner. */
  readonly signal: AbortSignal;
}

/** Milliseconds between two signs of life, at each of which the wishes of people are read. */
export const beatMs = 400;

/** Milliseconds without a sign of life after which a driver is taken for dead, and after which it stops by itself. */
export const deadMs = 2_600;

/** Drives a rollout that was claimed to its end, or until another driver has it. It never throws. */
export async function drive(rollout: Rollout, ports: DrivePorts): Promise<void> {
  const run = createRun(rollout, ports);
  const beating = run.beat();
  const result = await run.carryOut();
  run.finish.abort();
  await beating;
  if (result === undefined) return run.handOver();
  await run.end(result);
}

function createRun(rollout: Rollout, ports: DrivePorts) {
  const { database, clock, owner } = ports;
  const { id, epoch } = rollout;
  const finish = new AbortController();
  const stop = new AbortController();
  let current = rollout;
  let isLost = false;
  // Paused when the driver before it died: it stays so until the first guard is asked, since nothing is started before.
  let isWaiting = rollout.state === "paused";
  let journal: WatchedJournal | undefined;
  let events = Promise.resolve();

  const interrupt = (why: string): void => {
    const message = `the rollout ${id} is interrupted: ${why}`;
    stop.abort(
      new ReleaseError({
        code: "INTERRUPTED",
        category: "interrupted",
        message,
        fix: "it is continued by its journal",
      }),
    );
  };
  ports.signal.addEventListener("abort", () => interrupt("the service stops"), { once: true });
  if (ports.signal.aborted) interrupt("the service stops");

  /** What the people want, read with each sign of life. */
  async function look(): Promise<void> {
    // A soak starts nothing, and its wave waits at the next guard: once paused, it stays so until a call or a wish says otherwise.
    const isIdle = isWaiting || journal?.isSoaking() === true || current.state === "paused";
    const isPaused = isIdle && current.wish === "pause" && (journal?.inFlight() ?? 0) === 0;
    const state = isPaused ? "paused" : "running";
    const { rows } = await database.query(
      `update lateen_rollout set beat = clock_timestamp(), state = $3 where id = $1 and epoch = $2 and state <> 'ended'
       returning *, null as result`,
      [id, epoch, state],
    );
    if (rows[0] === undefined) {
      isLost = true;
      return interrupt("another runner has it");
    }
    current = toRollout(rows[0]);
    if (current.wish === "stop") interrupt("a person has stopped it");
  }

  async function beat(): Promise<void> {
    let seenAt = clock.now();
    while (!finish.signal.aborted) {
      try {
        await look();
        if (isLost) return;
        seenAt = clock.now();
      } catch {
        if (clock.now() - seenAt >= deadMs) {
          isLost = true;
          return interrupt("the database cannot be reached");
        }
      }
      await clock.sleep(beatMs, finish.signal).catch(() => undefined);
    }
  }

  const pause: NonNullable<Job["pause"]> = {
    async whileRunning(on, signal) {
      try {
        while (current.wish === "pause") {
          isWaiting = true;
          await on.sleep(beatMs / 2, signal);
        }
      } finally {
        isWaiting = false;
      }
    },
  };

  /** Stages and warnings are shown to followers too; facts come from the journal itself. */
  function report(event: AnyEvent): void {
    if (event.type !== "stage-started" && event.type !== "warned") return;
    const shown = { ...event, at: clock.now() };
    events = events.then(() => appendToStream(database, id, [shown])).catch(() => undefined);
  }

  async function carryOut(): Promise<ResultDocument | undefined> {
    const command = rollout.kind === "release" ? "ship" : "rollback";
    let result: ResultDocument;
    try {
      result = (await overtaken()) ?? (await runPipeline(command));
    } catch (thrown) {
      const error = asReleaseError(thrown);
      if (error.code === "JOURNAL_LOST") isLost = true;
      const document = errorDocument(command, error);
      // A program that follows from elsewhere ends with the exit code of this category.
      result = { ...document, error: { ...document.error, category: error.category } } as ResultDocument;
    }
    await events;
    // Whose wish it was decides: a stop ends the rollout, everything else is continued by another runner.
    if (isLost) return undefined;
    if (current.wish === "stop" && stop.signal.aborted) return stoppedResult(current, known(result));
    return ports.signal.aborted && stop.signal.aborted ? undefined : result;
  }

  async function runPipeline(command: "ship" | "rollback"): Promise<ResultDocument> {
    const fleet = ports.fleets[rollout.fleet];
    if (fleet === undefined) throw fleetGone(rollout.fleet);
    journal = watchJournal(
      createSqlJournal({ client: database, name: rollout.fleet, owner, stream: id, leaseMs: deadMs, clock }),
      clock,
      stop.signal,
    );
    const wiring = wireFleet(fleet, { journal, env: ports.env, report });
    const job = await createJob({
      settings: fleet.settings,
      wiring,
      sha: rollout.sha ?? "",
      actor: rollout.actor,
      ...(rollout.reason === undefined ? {} : { reason: rollout.reason }),
      env: ports.env,
      report,
      pause,
      signal: stop.signal,
      dryRun: rollout.dry,
    });
    const verdict =
      command === "ship"
        ? await ship(job, { wait: !rollout.dry, settle: !rollout.dry })
        : await rollback(job, { reason: rollout.reason ?? "", to: rollout.to });
    return resultOf(command, verdict, job);
  }

  /** A queued release that a newer one has overtaken gives way before it asks for anything. */
  async function overtaken(): Promise<ResultDocument | undefined> {
    const fleet = ports.fleets[rollout.fleet];
    const { sha } = rollout;
    if (fleet?.settings.config.forge === undefined || sha === undefined || rollout.dry) return undefined;
    // What has moved something is completed or abandoned by a person, not skipped.
    if (epoch > 1) return undefined;
    const { rows } = await database.query(
      `select *, null as result from lateen_rollout where fleet = $1 and state = 'queued' and not dry and place > $2 order by place`,
      [rollout.fleet, rollout.place],
    );
    if (rows.length === 0) return undefined;
    const forge = await wireFleet(fleet, { journal: undefined, env: ports.env, report }).forge();
    const newer = await findOvertaking(parseCommitSha(sha), rows.map(toRollout), forge, stop.signal);
    if (newer === undefined) return undefined;
    const reason = `${newer.slice(0, 12)} was ordered after ${sha.slice(0, 12)} and descends from it`;
    const row = { rule: "supersession", verdict: "superseded", fact: reason, source: "the queue", at: isoNow(clock) };
    return {
      schemaVersion: 1,
      command: "ship",
      outcome: "superseded",
      code: "OVERTAKEN_IN_QUEUE",
      reason,
      commit: sha,
      supersededBy: newer,
      evidence: [row],
    } as ResultDocument;
  }

  async function end(result: ResultDocument): Promise<void> {
    const whole = {
      ...result,
      startedAt: current.startedAt,
      finishedAt: isoNow(clock),
      actor: rollout.actor,
    };
    for (let tries = 0; ; tries++) {
      try {
        await database.transaction((client) => endRollout(client, rollout, whole, clock.now()));
        return;
      } catch {
        // The result is written again by its next driver, by the same journal.
        if (tries >= 20 || ports.signal.aborted) return;
        await clock.sleep(500);
      }
    }
  }

  /** Leaves the rollout to the next runner at once. */
  async function handOver(): Promise<void> {
    await database
      .query(`update lateen_rollout set beat = null where id = $1 and epoch = $2 and state <> 'ended'`, [id, epoch])
      .catch(() => undefined);
  }

  return { beat, carryOut, end, finish, handOver };
}

/** What a stopped run knows of its fleet; an error document knows nothing. */
function known(result: ResultDocument): ResultDocument | undefined {
  return result.error === undefined ? result : undefined;
}

function fleetGone(name: string): ReleaseError {
  return new ReleaseError({
    code: "FLEET_UNKNOWN",
    category: "state",
    message: `the fleet ${name} is no longer configured`,
    fix: "write it under environments:, or order for another fleet",
  });
}
