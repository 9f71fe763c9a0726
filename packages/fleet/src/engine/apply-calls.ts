import { each, failTenant, raise } from "./change-tenants.ts";
import type { EventOf } from "./journal-entry.ts";
import type { RolloutState, TenantState, WaveState } from "./rollout-state.ts";

export function post(state: RolloutState, event: EventOf<"tenants-posted">): void {
  const release = state.waves.get(event.wave)?.stage.release ?? state.release;
  state.calls.set(event.call, { slugs: event.slugs, wave: event.wave });
  state.lastCall = event.call;
  each(state, event.slugs, (tenant) => {
    if (!tenant.moved) state.moved += 1;
    if (event.attempt === 1) tenant.calls += 1;
    Object.assign(tenant, { step: "posted", moved: true, release });
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
  if (!event.ok && !lenient) raise(state, "CONTROL_PLANE_FAILED", refusal(call.wave, event.message));
}

function strangersMoved(wave: string, strangers: readonly string[]): string {
  const named = strangers.slice(0, 3).join(", ");
  const more = strangers.length > 3 ? ` and ${strangers.length - 3} more` : "";
  return `the control plane moved ${named}${more}, which the call for ${wave} did not name: it moves more than it is asked to`;
}

function refusal(wave: string, message: string | undefined): string {
  return `the control plane reports that ${wave} failed${message === undefined ? "" : `: ${message}`}`;
}

export function failCall(state: RolloutState, event: EventOf<"call-failed">): void {
  const call = state.calls.get(event.call);
  if (call === undefined) return;
  state.calls.delete(event.call);
  if (event.fault === "refused") {
    raise(state, "CONTROL_PLANE_REFUSED", event.message);
    rewind(state);
    return each(state, call.slugs, (tenant) => takeBack(state, tenant));
  }
  each(state, call.slugs, (tenant) => {
    tenant.step = event.fault === "transient" || event.fault === "busy" ? "retrying" : "doubtful";
    tenant.exhausted = event.fault === "exhausted" || tenant.calls >= 2;
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
