import type { Slug } from "@lateen/kernel";
import { describeStopped } from "../checks/check-report.ts";
import { checkedKey } from "./decide-checks.ts";
import type { Baseline, JournalEntry, RolloutEvent, Stage } from "./journal-entry.ts";
import type { RolloutState, TenantState } from "./rollout-state.ts";
import { emptyState } from "./rollout-state.ts";
import type { Tenant } from "../ports/tenant.ts";

type Fact<T extends RolloutEvent["type"]> = Extract<RolloutEvent, { type: T }>;
type Appliers = { readonly [T in RolloutEvent["type"]]: (state: RolloutState, fact: Fact<T>, at: number) => void };

/** Folds one fact into `state`, in place and in constant time per tenant that the fact names. */
export function applyEvent(state: RolloutState, entry: JournalEntry): void {
  const apply = appliers[entry.type] as (state: RolloutState, fact: RolloutEvent, at: number) => void;
  apply(state, entry, entry.at);
}

/** The state that `entries`, oldest first, amount to. */
export function replay(entries: readonly JournalEntry[]): RolloutState {
  const state = emptyState();
  for (const entry of entries) applyEvent(state, entry);
  return state;
}

const appliers: Appliers = {
  "rollout-started": (state, fact, at) => {
    const { id, release, only, purpose } = fact;
    Object.assign(state, emptyState(), { id, release, only, purpose, startedAt: at });
  },
  "fleet-enumerated": (state, fact) => {
    state.tenants.clear();
    addTenants(state, fact.tenants);
    state.ephemeral = fact.ephemeral;
    for (const slug of fact.pinned) state.pinned.add(slug);
  },
  "baseline-read": (state, fact) => fact.tenants.forEach(([slug, baseline]) => readBaseline(state, slug, baseline)),
  "stages-planned": (state, fact) => {
    state.planned = true;
    addStages(state, fact.stages);
  },
  "rollout-resumed": (state, fact) => {
    state.purpose = fact.purpose ?? state.purpose;
    for (const tenant of state.tenants.values()) {
      if (tenant.step === "posted" || tenant.step === "retrying") tenant.step = "doubtful";
    }
    state.calls.clear();
    state.interrupted = false;
    // Guards are asked again, and the interruption is over; a rollout that halted stays halted.
    if (state.stop?.guard !== undefined) state.stop = undefined;
  },
  "wave-started": (state, fact) => startWave(state, fact),
  "tenants-posted": (state, fact) => post(state, fact),
  "call-answered": (state, fact) => answer(state, fact),
  "call-failed": (state, fact) => failCall(state, fact),
  "retries-ended": (state, fact) =>
    each(state, fact.slugs, (tenant) => {
      if (tenant.step === "retrying") tenant.step = "doubtful";
    }),
  "tenants-unmoved": (state, fact) => {
    if (fact.again) return each(state, fact.slugs, (tenant) => (tenant.step = "waiting"));
    state.faults += 1;
    state.alarm ??= canaryAmong(state, fact.slugs) ? `the canary could not be moved: ${fact.reason}` : undefined;
    each(state, fact.slugs, (tenant) => Object.assign(tenant, { step: "failed", reason: fact.reason }));
  },
  "tenant-verified": (state, fact) =>
    each(state, [fact.slug], (tenant) => Object.assign(tenant, { step: "verified", sha: fact.sha, reason: undefined })),
  "tenant-failed": (state, fact) => failTenant(state, fact.slug, fact.reason, fact.sha),
  "soak-started": (state, fact) => {
    const wave = state.waves.get(fact.wave);
    if (wave !== undefined) wave.soakUntil = fact.until;
  },
  "soak-passed": (state, fact) => {
    const wave = state.waves.get(fact.wave);
    if (wave !== undefined) wave.soaked = true;
  },
  "check-judged": (state, { report }) => {
    state.checks.push(report);
    if (report.verdict !== "passed") state.alarm ??= describeStopped([report]);
  },
  "checks-passed": (state, fact) => void state.checked.add(checkedKey(fact.step, fact.wave)),
  "wave-finished": (state, fact) => {
    finishWave(state, fact.wave);
    const { wave: name, tenants, healthy, failureBound } = fact;
    state.finishedWaves.push({ name, tenants, healthy, failureBound });
  },
  "guard-stopped": (state, fact) => {
    state.stop ??= { outcome: fact.outcome, reason: fact.reason, guard: fact.guard };
  },
  "rollout-halted": (state, fact) => {
    state.stop ??= { outcome: "halted", reason: fact.reason };
    state.alarm = undefined;
  },
  "return-planned": (state, fact) => {
    state.returning = true;
    state.current = state.stages.length;
    addStages(state, fact.stages);
    for (const stage of fact.stages)
      each(state, stage.slugs, (tenant) =>
        Object.assign(tenant, { step: "waiting", calls: 0, exhausted: false, row: undefined }),
      );
  },
  "fleet-enumerated-again": (state, fact) => {
    state.reEnumerated = true;
    addTenants(state, fact.born);
    for (const slug of fact.pinned ?? []) state.pinned.add(slug);
    state.ephemeral = [...new Set([...state.ephemeral, ...(fact.ephemeral ?? [])])];
    fact.baseline.forEach(([slug, baseline]) => readBaseline(state, slug, baseline));
    addStages(state, fact.stages);
  },
  "rollout-interrupted": (state) => {
    state.interrupted = true;
    state.stop ??= { outcome: "halted", reason: "the rollout was interrupted", guard: "interruption" };
  },
  "rollout-finished": (state, fact) => void (state.finished = fact.outcome),
  "rollout-abandoned": (state) => void (state.finished = "abandoned"),
};

function addTenants(state: RolloutState, tenants: readonly Tenant[]): void {
  for (const tenant of tenants) {
    if (!state.tenants.has(tenant.slug)) state.tenants.set(tenant.slug, newTenant(tenant));
  }
}

function newTenant(tenant: Tenant): TenantState {
  const unknown = {
    baseline: undefined,
    wave: undefined,
    row: undefined,
    sha: undefined,
    reason: undefined,
    release: undefined,
  };
  return { tenant, step: "waiting", calls: 0, moved: false, exhausted: false, ...unknown };
}

/** Only what nobody has moved yet takes a baseline: a later look at a moved tenant is not what it ran before. */
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

function startWave(state: RolloutState, fact: Fact<"wave-started">): void {
  const planned = state.stages[state.current];
  if (planned === undefined) return;
  planned.started += fact.slugs.length;
  state.waves.set(fact.wave, {
    name: fact.wave,
    stage: planned.stage,
    slugs: fact.slugs,
    soakUntil: undefined,
    soaked: false,
  });
  each(state, fact.slugs, (tenant) => (tenant.wave = fact.wave));
}

function post(state: RolloutState, fact: Fact<"tenants-posted">): void {
  const release = state.waves.get(fact.wave)?.stage.release ?? state.release;
  state.calls.set(fact.call, { slugs: fact.slugs, wave: fact.wave });
  state.lastCall = fact.call;
  each(state, fact.slugs, (tenant) => {
    if (!tenant.moved) state.moved += 1;
    if (fact.attempt === 1) tenant.calls += 1;
    Object.assign(tenant, { step: "posted", moved: true, release });
  });
}

function answer(state: RolloutState, fact: Fact<"call-answered">): void {
  const call = state.calls.get(fact.call);
  if (call === undefined) return;
  state.calls.delete(fact.call);
  state.faults = 0;
  each(state, call.slugs, (tenant) => Object.assign(tenant, { step: "answered", row: "silent" }));
  for (const [slug, row, reason] of fact.rows) {
    const tenant = state.tenants.get(slug);
    if (tenant === undefined) continue;
    tenant.row = row;
    if (row === "failed")
      failTenant(state, slug, reason ?? "the control plane reported it as failed or unhealthy", undefined);
    if (row === "doubtful") Object.assign(tenant, { step: "doubtful", exhausted: tenant.calls >= 2 });
  }
  const lenient = state.waves.get(call.wave)?.stage.lenient === true;
  if (!fact.ok && !lenient) state.alarm ??= refusal(call.wave, fact.message);
}

function refusal(wave: string, message: string | undefined): string {
  return `the control plane reports that ${wave} failed${message === undefined ? "" : `: ${message}`}`;
}

function failCall(state: RolloutState, fact: Fact<"call-failed">): void {
  const call = state.calls.get(fact.call);
  if (call === undefined) return;
  state.calls.delete(fact.call);
  if (fact.fault === "refused") {
    state.alarm ??= fact.message;
    return each(state, call.slugs, (tenant) => takeBack(state, tenant));
  }
  each(state, call.slugs, (tenant) => {
    tenant.step = fact.fault === "transient" ? "retrying" : "doubtful";
    tenant.exhausted = fact.fault === "exhausted" || tenant.calls >= 2;
  });
}

/** A call that was turned away has done nothing, so whoever was only in that one has not been moved. */
function takeBack(state: RolloutState, tenant: TenantState): void {
  tenant.step = "waiting";
  tenant.calls -= 1;
  if (tenant.calls > 0 || state.returning) return;
  tenant.moved = false;
  state.moved -= 1;
}

function failTenant(state: RolloutState, slug: Slug, reason: string, sha: string | undefined): void {
  const tenant = state.tenants.get(slug);
  if (tenant === undefined || tenant.step === "failed") return;
  Object.assign(tenant, { step: "failed", reason, ...(sha === undefined ? {} : { sha }) });
  const stage = tenant.wave === undefined ? undefined : state.waves.get(tenant.wave)?.stage;
  if (stage?.lenient === true) return;
  state.failures += 1;
  state.streak = 0;
  if (stage?.canary === true) state.alarm ??= `the canary ${slug} failed: ${reason}`;
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

function each(state: RolloutState, slugs: readonly Slug[], change: (tenant: TenantState) => unknown): void {
  for (const slug of slugs) {
    const tenant = state.tenants.get(slug);
    if (tenant !== undefined) change(tenant);
  }
}

/** Whether `type` names a fact that this version knows. */
export function isEventType(type: string): type is RolloutEvent["type"] {
  return Object.hasOwn(appliers, type);
}
