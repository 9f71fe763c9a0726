import type { Slug } from "@lateen/kernel";
import { describeStopped } from "../checks/check-report.ts";
import { checkedKey } from "./decide-checks.ts";
import { answer, failCall, firstOf, post, rewind, takeBack } from "./apply-calls.ts";
import { each, raise } from "./change-tenants.ts";
import { failTenant } from "./fail-tenant.ts";
import { lengthenSoak } from "./lengthen-soak.ts";
import { narrowPlanned, narrowStages } from "./narrow-stages.ts";
import type { Baseline, EventOf, JournalEntry, RolloutEvent, Stage } from "./journal-entry.ts";
import { type RolloutState, type TenantState, emptyState } from "./rollout-state.ts";
import type { Tenant } from "../ports/tenant.ts";

type Appliers = { readonly [T in RolloutEvent["type"]]: (state: RolloutState, event: EventOf<T>, at: number) => void };

/** Folds one event into `state`, in place and in constant time per tenant that the event names. */
export function applyEvent(state: RolloutState, entry: JournalEntry): void {
  const apply = appliers[entry.type] as (state: RolloutState, event: RolloutEvent, at: number) => void;
  apply(state, entry, entry.at);
}

/** The state that `entries`, oldest first, amount to. */
export function replay(entries: readonly JournalEntry[]): RolloutState {
  const state = emptyState();
  for (const entry of entries) applyEvent(state, entry);
  return state;
}

const appliers: Appliers = {
  "rollout-started": (state, event, at) => {
    const { id, release, only, purpose, fleet, limits, actor, run } = event;
    Object.assign(state, emptyState(), { id, release, only, purpose, fleet, limits, actor, run, startedAt: at });
  },
  "fleet-enumerated": (state, event) => {
    state.tenants.clear();
    addTenants(state, event.tenants);
    state.fleetSize = event.tenants.length;
    state.ephemeral = event.ephemeral;
    for (const slug of event.pinned) state.pinned.add(slug);
  },
  "baseline-read": (state, event) => event.tenants.forEach(([slug, baseline]) => readBaseline(state, slug, baseline)),
  "stages-planned": (state, event) => {
    state.planned = true;
    addStages(state, event.stages);
  },
  "rollout-resumed": (state, event, at) => {
    state.purpose = event.purpose ?? state.purpose;
    state.limits = event.limits ?? state.limits;
    if (event.limits !== undefined) {
      lengthenSoak(state, event.limits.soakMs);
      narrowPlanned(state);
    }
    for (const tenant of state.tenants.values()) {
      if (tenant.step === "posted" || tenant.step === "retrying") tenant.step = "doubtful";
      tenant.resumedAt ??= at;
    }
    state.calls.clear();
    state.interrupted = false;
    // Guards are asked again, and the interruption is over; a rollout that halted stays halted.
    if (state.stop?.guard !== undefined) state.stop = undefined;
  },
  "wave-started": (state, event) => startWave(state, event),
  "tenants-posted": (state, event) => post(state, event),
  "call-answered": (state, event) => answer(state, event),
  "call-failed": (state, event) => failCall(state, event),
  "retries-ended": (state, event) =>
    each(state, event.slugs, (tenant) => {
      if (tenant.step === "retrying") tenant.step = "doubtful";
    }),
  "tenants-unmoved": (state, event) => {
    if (event.again) {
      rewind(state);
      return each(state, event.slugs, (tenant) => (tenant.step = "waiting"));
    }
    state.faults += 1;
    const canaries = event.slugs.filter((slug) => canaryAmong(state, [slug]));
    if (canaries.length > 0)
      raise(state, "CANARY_FAILED", `the canary ${firstOf(canaries)} could not be moved: ${event.reason}`);
    each(state, event.slugs, (tenant) => Object.assign(tenant, { step: "failed", reason: event.reason }));
  },
  "tenants-pinned": (state, event) => pinWaiting(state, event.slugs),
  "tenants-departed": (state, event) =>
    each(state, event.slugs, (tenant) => {
      if (tenant.step === "verified" || tenant.step === "failed") return;
      takeBack(state, tenant);
      Object.assign(tenant, { step: "failed", gone: true, reason: "no longer listed by the control plane" });
    }),
  "tenant-verified": (state, event) =>
    each(state, [event.slug], (tenant) =>
      Object.assign(tenant, { step: "verified", sha: event.sha, reason: undefined }),
    ),
  "tenant-failed": (state, event) => failTenant(state, event.slug, event.reason, event.sha),
  "soak-started": (state, event) => {
    const wave = state.waves.get(event.wave);
    if (wave !== undefined) wave.soakUntil = event.until;
  },
  "soak-passed": (state, event) => {
    const wave = state.waves.get(event.wave);
    if (wave !== undefined) wave.soaked = true;
  },
  "check-judged": (state, { report }) => {
    state.checks.push(report);
    if (report.verdict !== "passed")
      raise(state, report.verdict === "failed" ? "CHECK_FAILED" : "CHECK_UNKNOWN", describeStopped([report]));
  },
  "checks-passed": (state, event) => void state.checked.add(checkedKey(event.step, event.wave)),
  "wave-finished": (state, event) => {
    finishWave(state, event.wave);
    const { wave: name, tenants, healthy, failureBound } = event;
    state.finishedWaves.push({ name, tenants, healthy, failureBound });
  },
  "guard-stopped": (state, event) => {
    const { outcome, code = "GUARD_STOPPED", reason, guard } = event;
    state.stop ??= { outcome, code, reason, guard };
    rememberWish(state, event);
  },
  "rollout-halted": (state, event) => {
    state.stop ??= { outcome: "halted", code: event.code ?? "ROLLOUT_HALTED", reason: event.reason };
    state.alarm = undefined;
  },
  "return-planned": (state, event) => {
    state.returning = true;
    state.current = state.stages.length;
    addStages(state, event.stages);
    for (const stage of event.stages)
      each(state, stage.slugs, (tenant) =>
        Object.assign(tenant, { step: "waiting", calls: 0, exhausted: false, row: undefined }),
      );
  },
  "fleet-enumerated-again": (state, event) => {
    state.enumerations += 1;
    state.isComplete = event.stages.length === 0;
    addTenants(state, event.born);
    for (const slug of event.pinned ?? []) state.pinned.add(slug);
    state.ephemeral = [...new Set([...state.ephemeral, ...(event.ephemeral ?? [])])];
    each(state, event.gone ?? [], (tenant) => (tenant.gone = true));
    event.baseline.forEach(([slug, baseline]) => readBaseline(state, slug, baseline));
    addStages(state, narrowStages(event.stages, state.limits));
  },
  "rollout-paused": (state, event) => {
    state.paused = { actor: event.actor, reason: event.reason };
    rememberWish(state, event);
  },
  "rollout-continued": (state, event) => {
    state.paused = undefined;
    rememberWish(state, event);
  },
  "rollout-interrupted": (state) => {
    state.interrupted = true;
    const reason = "the rollout was interrupted";
    state.stop ??= { outcome: "halted", code: "ROLLOUT_INTERRUPTED", reason, guard: "interruption" };
  },
  "rollout-finished": (state, event) => void (state.finished = event.outcome),
  "rollout-abandoned": (state) => void (state.finished = "abandoned"),
};

function rememberWish(state: RolloutState, { wish }: { readonly wish?: string | undefined }): void {
  if (wish !== undefined) state.wishes.add(wish);
}

function addTenants(state: RolloutState, tenants: readonly Tenant[]): void {
  for (const tenant of tenants) {
    if (!state.tenants.has(tenant.slug)) state.tenants.set(tenant.slug, newTenant(tenant));
  }
}

function newTenant(tenant: Tenant): TenantState {
  const unknown = {
    baseline: undefined,
    wave: undefined,
    fault: undefined,
    row: undefined,
    sha: undefined,
    reason: undefined,
    release: undefined,
    resumedAt: undefined,
  };
  return { tenant, step: "waiting", calls: 0, moved: false, exhausted: false, gone: false, ...unknown };
}

/** Only a tenant that was not moved yet takes a baseline: a later look at a moved tenant is not what it ran before. */
function readBaseline(state: RolloutState, slug: Slug, baseline: Baseline): void {
  const tenant = state.tenants.get(slug);
  if (tenant === undefined || tenant.step !== "waiting" || tenant.calls > 0) return;
  tenant.baseline = baseline;
  tenant.sha = baseline.kind === "broken" ? undefined : baseline.sha;
  // A tenant that is where it should be needs no call; where its wave wants proof, it is looked at.
  if (baseline.kind === "done") tenant.step = "answered";
}

function addStages(state: RolloutState, stages: readonly Stage[]): void {
  for (const stage of stages) state.stages.push({ stage, started: 0 });
}

function startWave(state: RolloutState, event: EventOf<"wave-started">): void {
  const planned = state.stages[state.current];
  if (planned === undefined) return;
  planned.started += event.slugs.length;
  state.waves.set(event.wave, {
    name: event.wave,
    stage: planned.stage,
    slugs: event.slugs,
    firstWaiting: 0,
    soakUntil: undefined,
    soaked: false,
  });
  each(state, event.slugs, (tenant) => (tenant.wave = event.wave));
}

function canaryAmong(state: RolloutState, slugs: readonly Slug[]): boolean {
  return slugs.some((slug) => state.waves.get(state.tenants.get(slug)?.wave ?? "")?.stage.canary === true);
}

function finishWave(state: RolloutState, name: string): void {
  const wave = state.waves.get(name);
  if (wave === undefined) return;
  state.waves.delete(name);
  const proven = wave.slugs.filter((slug) => state.tenants.get(slug)?.step === "verified").length;
  if (!state.returning) state.healthy += proven;
  state.streak += proven;
  // A stage ends with its last wave; the next one is a barrier further on.
  const stage = state.stages[state.current];
  if (stage !== undefined && state.waves.size === 0 && stage.started >= stage.stage.slugs.length) state.current += 1;
}

/** Takes tenants that were not started yet out of the stages that are left. */
function pinWaiting(state: RolloutState, slugs: readonly Slug[]): void {
  const pinned = new Set(slugs);
  for (const slug of slugs) state.pinned.add(slug);
  const left = state.stages.splice(state.current).map(({ stage, started }) => {
    const begun = stage.slugs.slice(0, started);
    const rest = stage.slugs.slice(started).filter((slug) => !pinned.has(slug));
    return { stage: { ...stage, slugs: [...begun, ...rest] }, started };
  });
  // A stage of which nothing is left to start is over, unless its waves are under way.
  const isOver = (started: number, size: number) => started >= size && (started === 0 || state.waves.size === 0);
  state.stages.push(...left.filter(({ stage, started }) => !isOver(started, stage.slugs.length)));
}
