import type { CommitSha, Evidence, Slug, Release } from "@lateen/kernel";
import type { FleetCheck } from "../checks/check.ts";
import { createAncestryOf } from "./ancestry-of.ts";
import { applyEvent } from "../engine/reducer.ts";
import type { RolloutLimits } from "../engine/decide-rollout.ts";
import type { JournalEntry, RolloutEvent } from "../engine/journal-entry.ts";
import type { FleetEvent } from "../events.ts";
import type { OpenJournal } from "../ports/journal.ts";
import type { ObserveOptions } from "./observe.ts";
import type { RolloutForecast } from "../engine/forecast.ts";
import type { ResolvedPolicy } from "../policy.ts";
import type { RolloutInput, RolloutPorts } from "../ports/rollout-ports.ts";
import { observeOptions } from "./prepare.ts";
import type { RolloutState } from "../engine/rollout-state.ts";

/** One rollout in one process: its state, and everything its steps need. */
export interface Run {
  readonly input: RolloutInput;
  readonly policy: ResolvedPolicy;
  readonly ports: RolloutPorts;
  readonly state: RolloutState;
  readonly limits: RolloutLimits;
  /** Aborts when nothing new should be started; calls in flight are still awaited. */
  readonly signal: AbortSignal | undefined;
  /** Aborts as soon as the rollout has a reason to stop: what only watches is called off. */
  readonly stopping: AbortSignal;
  /** Aborts with either of the two: what only watches ends. */
  readonly watching: AbortSignal;
  /** Checks of the user that hold for this rollout. */
  readonly checks: readonly FleetCheck[];
  /** When tenants gave their last matching answer, in this process. */
  readonly seenAt: Map<Slug, number>;
  readonly evidence: Evidence[];
  /** The journal held an unfinished rollout, and this run continues it. */
  readonly resumed: boolean;
  /** Expectation before the first move; undefined if another process made the plan. */
  readonly forecast: RolloutForecast | undefined;
  /** Makes facts true: in the state at once, in the journal by the time that the promise resolves. */
  record(...facts: readonly RolloutEvent[]): Promise<void>;
  /** Reports a step that needs no memory. */
  tell(event: FleetEvent): void;
  /** Options to look at tenants for `release`. */
  observing(release: Release): ObserveOptions;
}

export interface RunOptions extends Pick<
  Run,
  "input" | "policy" | "ports" | "state" | "limits" | "signal" | "checks" | "resumed" | "forecast"
> {
  readonly journal: OpenJournal;
}

/** Ties state, journal and reporter together. */
export function createRun(options: RunOptions): Run {
  const { state, journal, policy, input } = options;
  const { report, clock } = options.ports;
  const ports: RolloutPorts = { ...options.ports, report: (event) => report?.({ at: clock.now(), ...event }) };
  const target = observeOptions(input.release, policy, ports);
  const stopping = new AbortController();
  const watching = options.signal === undefined ? stopping.signal : AbortSignal.any([options.signal, stopping.signal]);
  let seq = options.resumed ? journal.entries.length : 0;
  return {
    ...options,
    ports,
    stopping: stopping.signal,
    watching,
    seenAt: new Map(),
    evidence: [],
    async record(...facts) {
      const entries = facts.map((fact): JournalEntry => ({ ...fact, at: ports.clock.now(), seq: (seq += 1) }));
      // State and journal see the facts in one order, since both get them before anything else can run.
      for (const entry of entries) applyEvent(state, entry);
      if (state.stop !== undefined || state.alarm !== undefined) stopping.abort();
      await journal.append(entries);
      // An event that is reported may be relied on, also after a crash.
      for (const entry of entries) ports.report?.(entry);
    },
    tell: (event) => ports.report?.(event),
    observing: (release) => (release.sha === input.release.sha ? target : strictly(target, release.sha, ports)),
  };
}

/** A tenant that goes back has to run exactly the commit that it goes back to. */
function strictly(target: ObserveOptions, sha: CommitSha, ports: RolloutPorts): ObserveOptions {
  return {
    ...target,
    target: sha,
    verify: { ...target.verify, match: "strict" },
    ancestryOf: createAncestryOf(undefined, sha, ports.clock),
  };
}
