import type { ResultDocument } from "@lateen/cli/pipeline";
import { z } from "zod";

/** Something that a person did to a rollout. */
export interface Act {
  readonly verb: "pause" | "continue" | "stop" | "abandon";
  readonly actor: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
}

const actSchema: z.ZodType<Act> = z.object({
  verb: z.enum(["pause", "continue", "stop", "abandon"]),
  actor: z.string(),
  reason: z.string(),
  at: z.string(),
});

/** A rollout as the store has it. */
export interface Rollout {
  readonly id: string;
  /** Place in the queue; larger is later. */
  readonly place: number;
  readonly fleet: string;
  readonly kind: "release" | "rollback" | "reconcile";
  /** The commit of a release. */
  readonly sha: string | undefined;
  /** Target of a rollback, if it was named. */
  readonly to: string | undefined;
  readonly dry: boolean;
  readonly actor: string;
  readonly reason: string | undefined;
  readonly state: "queued" | "running" | "paused" | "ended";
  readonly outcome: string | undefined;
  readonly result: ResultDocument | undefined;
  /** Wish of the newest act. */
  readonly wish: "run" | "pause" | "stop";
  readonly acts: readonly Act[];
  /** Header `traceparent` of its order. */
  readonly traceparent: string;
  /** Counts its drivers; a driver whose number is not the newest may write nothing. */
  readonly epoch: number;
  readonly createdAt: string;
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
}

/** The command of `lateen` that a rollout runs. */
export function commandOf(kind: Rollout["kind"]): "ship" | "rollback" | "reconcile" {
  return kind === "release" ? "ship" : kind;
}

/** Columns of `lateen_rollout` without its result, which has megabytes where a fleet is large: only who shows it reads it. */
export const rolloutColumns: string = `id, place, fleet, kind, sha, "to", dry, actor, reason, state, outcome, wish, acts, traceparent, epoch, created_at, started_at, ended_at`;

/** A row of `lateen_rollout`; one of {@link rolloutColumns} has no result. */
export function toRollout(row: Readonly<Record<string, unknown>>): Rollout {
  const text = (key: string): string | undefined => (typeof row[key] === "string" ? row[key] : undefined);
  const date = (key: string): string | undefined => (row[key] instanceof Date ? row[key].toISOString() : text(key));
  return {
    id: String(row["id"]),
    place: Number(row["place"]),
    fleet: String(row["fleet"]),
    kind: row["kind"] as Rollout["kind"],
    sha: text("sha"),
    to: text("to"),
    dry: row["dry"] === true,
    actor: String(row["actor"]),
    reason: text("reason"),
    state: row["state"] as Rollout["state"],
    outcome: text("outcome"),
    result: (row["result"] ?? undefined) as ResultDocument | undefined,
    wish: row["wish"] as Rollout["wish"],
    acts: z.array(actSchema).parse(row["acts"]),
    traceparent: text("traceparent") ?? "",
    epoch: Number(row["epoch"]),
    createdAt: date("created_at") ?? "",
    startedAt: date("started_at"),
    endedAt: date("ended_at"),
  };
}

/** A rollout as the API shows it. */
export function shown(rollout: Rollout): object {
  const { place: _, wish: __, traceparent: ___, epoch: ____, dry, ...rest } = rollout;
  return { ...rest, dryRun: dry || undefined };
}

export function actEvent(act: Act) {
  const { verb, actor, reason, at } = act;
  return { type: `${verb}-requested`, verb, actor, reason, at: Date.parse(at) };
}
