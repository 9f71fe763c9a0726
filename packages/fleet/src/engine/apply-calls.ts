import { each, raise } from "./change-tenants.ts";
import { failTenant } from "./fail-tenant.ts";
import type { EventOf } from "./journal-entry.ts";
import type { RolloutState, TenantState, WaveState } from "./rollout-state.ts";

export function post(state: RolloutState, event: EventOf<"tenants-posted">): void {
  const release = state.waves.get(event.wave)?.stage.release ?? state.release;
  state.calls.set(event.call, { slugs: event.slugs, wave: event.wave });
  state.lastCall = event.call;
  each(state, event.slugs, (tenant) => {
    if (!tenant.moved) state.moved += 1;
    if (event.attempt === 1) tenant.calls += 1;
    Object.assign(tenant, { step: "posted", moved: true, release, resumedAt: undefined, fault: undefined });
  });
  const wave = state.waves.get(event.wave);
  while (wave !== undefined && wave.firstWaiting < wave.slugs.length && !isWaiting(state, wave)) wave.firstWaiting += 1;
}

function isWaiting(state: RolloutState, { slugs, firstWaiting }: WaveState): boolean {
  const slug = slugs[firstWaiting];
  return slug !== undefined && state.tenants.get(slug)?.step === "waiting";
}

/** Tenants of earlier calls wait again. */
export function rewind(state: RolloutState): void {
  for (const wave of state.waves.values()) wave.firstWaiting = 0;
}

export function answer(state: RolloutState, event: EventOf<"call-answered">): void {
  const call = state.calls.get(event.call);
  if (call === undefined) return;
  state.calls.delete(event.call);
  state.faults = 0;
  each(state, call.slugs, (tenant) => Object.assign(tenant, { step: "answered", row: "silent" }));
  for (const [slug, row, reason] of event.rows) {
    const tenant = state.tenants.get(slug);
    if (tenant === undefined) continue;
    tenant.row = row;
    if (row === "failed")
      failTenant(state, slug, reason ?? "the control plane reported it as failed or unhealthy", undefined);
    if (row === "doubtful") Object.assign(tenant, { step: "doubtful", exhausted: tenant.calls >= 2 });
  }
  const lenient = state.waves.get(call.wave)?.stage.lenient === true;
  if (event.strangers !== undefined) raise(state, "STRANGERS_MOVED", strangersMoved(call.wave, event.strangers));
  if (!event.ok && !lenient) raise(state, "CONTROL_PLANE_FAILED", refusal(call.wave, event));
}

function strangersMoved(wave: string, strangers: readonly string[]): string {
  return `the control plane moved ${firstOf(strangers)}, which the call for ${wave} did not name: it moves more than it is asked to`;
}

/** Names the tenants whose rows failed: the wave alone would send its reader to the control plane's log. */
function refusal(wave: string, { rows, message }: EventOf<"call-answered">): string {
  const failed = rows.filter(([, row]) => row === "failed").map(([slug]) => slug);
  const who = failed.length === 0 ? "" : ` for ${firstOf(failed)}`;
  return `the control plane reports that ${wave} failed${who}${message === undefined ? "" : `: ${message}`}`;
}

/** The first `most` of a list, and how many more there are. */
export function firstOf(names: readonly string[], most = 3): string {
  return `${names.slice(0, most).join(", ")}${names.length > most ? ` and ${names.length - most} more` : ""}`;
}

export function failCall(state: RolloutState, event: EventOf<"call-failed">): void {
  const call = state.calls.get(event.call);
  if (call === undefined) return;
  state.calls.delete(event.call);
  if (event.fault === "refused") {
    raise(state, "CONTROL_PLANE_REFUSED", `the call for ${firstOf(call.slugs)} was refused: ${event.message}`);
    rewind(state);
    return each(state, call.slugs, (tenant) => takeBack(state, tenant));
  }
  each(state, call.slugs, (tenant) => {
    tenant.step = event.fault === "transient" || event.fault === "busy" ? "retrying" : "doubtful";
    tenant.exhausted = event.fault === "exhausted" || tenant.calls >= 2;
    tenant.fault = event.message;
  });
}

/** A call that was turned away has done nothing, so a tenant that was only in that one has not been moved. */
export function takeBack(state: RolloutState, tenant: TenantState): void {
  tenant.step = "waiting";
  tenant.calls -= 1;
  if (tenant.calls > 0 || state.returning) return;
  tenant.moved = false;
  state.moved -= 1;
}
