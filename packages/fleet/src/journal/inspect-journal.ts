import { type Evidence, go, isoNow, type Clock, type Verdict, type Release } from "@lateen/kernel";
import { forwardStop, refuse } from "../steps/forward-stop.ts";
import type { CheckReport } from "../checks/report-schema.ts";
import { replay } from "../engine/reducer.ts";
import { otherFleet } from "../engine/decide-start.ts";
import type { FleetIdentity, JournalEntry, RolloutPurpose } from "../engine/journal-entry.ts";
import type { Journal } from "../ports/journal.ts";
import type { RolloutState } from "../engine/rollout-state.ts";

/** The rollout that a journal holds. */
export interface RolloutStatus {
  readonly id: string;
  readonly release: Release;
  /** Its purpose, if the journal says so. */
  readonly purpose?: RolloutPurpose;
  readonly state: "unfinished" | "finished" | "abandoned";
  /** End of the rollout, if it has ended: `shipped`, `unchanged`, or the outcome of a stop. */
  readonly outcome?: string;
  /** Why it ended so. */
  readonly reason?: string | undefined;
  /** Tenants that failed and were not seen well since, with what was found last. */
  readonly failed: readonly { readonly slug: string; readonly reason: string; readonly sha?: string | undefined }[];
  /** Actor that started it, and the address of the job, if the journal says so. */
  readonly actor?: string | undefined;
  readonly run?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** When it ended, in milliseconds since the epoch; absent while it goes on. */
  readonly endedAt?: number | undefined;
  /** Tenants that were handed to the control plane so far. */
  readonly moved: number;
  /** Commits that the tenants ran before it, one for each that could be read. */
  readonly before: readonly string[];
  /** Slugs of the tenants that have not been handed to it. */
  readonly waiting: readonly string[];
  /** Actor and reason of a pause; absent if it is not paused. */
  readonly paused?: { readonly actor: string; readonly reason: string | undefined } | undefined;
  /** The fleet that it is for; absent in journals of earlier versions. */
  readonly fleet?: FleetIdentity | undefined;
  /** Verdicts of checks so far. */
  readonly checks: readonly CheckReport[];
}

/** The latest rollout of `journal`, read without its lock; undefined if there is none. */
export async function inspectJournal(journal: Pick<Journal, "read">): Promise<RolloutStatus | undefined> {
  const entries = await journal.read();
  return statusOf(replay(entries), entries);
}

/**
 * Gives the rollout of `journal` up, so that another commit can be rolled out; the fleet stays as it is.
 *
 * One that has halted blocks no other; giving it up puts on record that it will not be continued. With `fleet` the rollout of
 * another fleet is refused; one that an earlier version recorded without its fleet is not.
 */
export async function abandonRollout(
  input: { readonly reason: string; readonly fleet?: FleetIdentity | undefined },
  ports: { readonly journal: Journal; readonly clock: Clock },
): Promise<Verdict<RolloutStatus>> {
  const opened = await ports.journal.open();
  if (opened.kind === "stop") return forwardStop(opened);
  try {
    const state = replay(opened.value.entries);
    const status = statusOf(state, opened.value.entries);
    const other = input.fleet && state.fleet && otherFleet(state, input.fleet);
    if (other !== undefined) return refuse("JOURNAL_OTHER_FLEET", other);
    if (status === undefined || !isOpen(status))
      return refuse("JOURNAL_EMPTY", "the journal holds no unfinished rollout");
    await opened.value.append([{ type: "rollout-abandoned", reason: input.reason, at: ports.clock.now() }]);
    const evidence: Evidence = {
      rule: "journal",
      verdict: "abandoned",
      fact: `rollout ${status.id} of ${status.release.sha} was abandoned: ${input.reason}`,
      source: "journal",
      at: isoNow(ports.clock),
    };
    return go({ ...status, state: "abandoned" }, [evidence]);
  } finally {
    await opened.value.close();
  }
}

function isOpen({ state, outcome }: RolloutStatus): boolean {
  return state === "unfinished" || (state === "finished" && outcome !== "shipped" && outcome !== "unchanged");
}

function statusOf(state: RolloutState, entries: readonly JournalEntry[]): RolloutStatus | undefined {
  const { id, release, purpose, actor, run, startedAt, moved, checks, finished, paused, fleet } = state;
  if (id === undefined || release === undefined) return undefined;
  const known = {
    id,
    release,
    actor,
    run,
    startedAt,
    moved,
    waiting: [...state.tenants].flatMap(([slug, tenant]) => (tenant.moved ? [] : [slug])),
    before: [...state.tenants.values()].flatMap(({ baseline }) =>
      baseline !== undefined && "sha" in baseline && baseline.sha !== undefined ? [baseline.sha] : [],
    ),
    failed: failedIn(entries),
    checks,
    paused,
    fleet,
    ...(purpose === undefined ? {} : { purpose }),
  };
  if (finished === undefined) return { ...known, state: "unfinished" };
  const end = entries.findLast(({ type }) => type === "rollout-finished" || type === "rollout-abandoned");
  return {
    ...known,
    state: finished === "abandoned" ? "abandoned" : "finished",
    outcome: finished,
    endedAt: end?.at,
    reason: entries.findLast((entry) => entry.type === "rollout-finished")?.reason,
  };
}

function failedIn(entries: readonly JournalEntry[]): RolloutStatus["failed"] {
  const failed = new Map<string, RolloutStatus["failed"][number]>();
  for (const entry of entries) {
    if (entry.type === "tenant-verified") failed.delete(entry.slug);
    if (entry.type === "tenant-failed")
      failed.set(entry.slug, { slug: entry.slug, reason: entry.reason, sha: entry.sha });
  }
  return [...failed.values()];
}

/** The rollout of `journal` that can be paused and stopped: the unfinished one of `fleet`. Changes nothing. */
export async function findWishTarget(
  journal: Pick<Journal, "read">,
  fleet: FleetIdentity,
): Promise<Verdict<RolloutStatus>> {
  const entries = await journal.read();
  const state = replay(entries);
  const status = statusOf(state, entries);
  if (status?.state !== "unfinished") return refuse("JOURNAL_EMPTY", "no rollout is under way");
  const other = state.fleet && otherFleet(state, fleet);
  if (other !== undefined) return refuse("JOURNAL_OTHER_FLEET", other);
  const fact = `rollout ${status.id} of ${status.release.sha} is under way`;
  const at = new Date(status.startedAt).toISOString();
  return go(status, [{ rule: "journal", verdict: "unfinished", fact, source: "journal", at }]);
}
