import {
  asReleaseError,
  type Clock,
  type NonEmpty,
  type Release,
  type ReleaseError,
  type Slug,
  stop,
} from "@lateen/kernel";
import { done, forwardStop, refuse, type StepResult } from "./forward-stop.ts";
import type { CallSettings, ControlPlane } from "../ports/control-plane.ts";
import { decideFreeze } from "../engine/decide-freeze.ts";
import { parseUntil } from "../engine/until.ts";
import { createGlobBudget, matchesGlob } from "../engine/glob.ts";
import type { Pin, ResolvedPolicy } from "../policy.ts";
import type { Tenant } from "../ports/tenant.ts";

/** The tenants that a stage is about. */
export interface Fleet {
  /** In the order of enumeration, restricted to the selection, without ephemeral ones. */
  readonly tenants: readonly Tenant[];
  readonly ephemeral: readonly Slug[];
  readonly pins: ReadonlyMap<Slug, Pin>;
}

export interface FleetInput {
  readonly release: Release;
  readonly only?: NonEmpty<Slug>;
  /** The fleet was enumerated before: a pinned tenant may have left since. @default false */
  readonly again?: boolean;
}

/**
 * Enumerates the fleet and checks that it can be worked with.
 *
 * An empty fleet is a refusal, never a success; a failed enumeration is unknown, never an empty fleet.
 * @throws ReleaseError of category `auth` where the control plane turns the credentials away
 */
export async function readFleet(
  input: FleetInput,
  policy: ResolvedPolicy,
  ports: { readonly controlPlane: Pick<ControlPlane, "enumerate">; readonly clock: Clock },
  signal: AbortSignal | undefined,
): Promise<StepResult<Fleet>> {
  const reading = await ports.controlPlane.enumerate(input.release, settingsOf(policy), signal);
  if (reading.kind === "absent") return refuse("FLEET_EMPTY", `there is no tenant to work with: ${reading.proof}`);
  if (reading.kind === "unknown") return unread(reading.cause);
  const strangers = strangersOf(reading.value, policy, ports.clock.now());
  if (strangers.length > 0 && input.again !== true)
    return refuse("PIN_UNKNOWN", `the fleet has no tenant ${strangers.join(", ")}, which is pinned or frozen`);
  const ephemeral = ephemeralOf(reading.value, policy.ephemeral);
  if (ephemeral instanceof Error) return unread(ephemeral);
  const listed = new Set(ephemeral);
  const lasting = reading.value.filter((tenant) => !listed.has(tenant.slug));
  const selected = select(lasting, input.only);
  if (selected.kind === "stop") return forwardStop(selected);
  return done({
    tenants: selected.value,
    ephemeral: [...listed],
    pins: pinsOf(selected.value, policy, ports.clock.now()),
  });
}

/** The tenants that may vanish; an error if that is too much to match. */
function ephemeralOf(tenants: readonly Tenant[], globs: readonly string[]): readonly Slug[] | ReleaseError {
  const budget = createGlobBudget();
  try {
    return tenants.map(({ slug }) => slug).filter((slug) => globs.some((glob) => matchesGlob(slug, glob, budget)));
  } catch (error) {
    return asReleaseError(error);
  }
}

/** The knobs that go with the dry run. */
export function settingsOf(policy: ResolvedPolicy): CallSettings {
  const [canary] = policy.canary;
  const batch = "batch" in policy.pace ? policy.pace.batch : 1;
  const maxStragglers = typeof policy.maxStragglers === "number" ? policy.maxStragglers : 0;
  return { ...(canary === undefined ? {} : { canary }), soakMs: policy.soakMs, batch, maxStragglers };
}

function unread(cause: ReleaseError): StepResult<never> {
  if (cause.category === "auth" || cause.category === "interrupted") throw cause;
  // Something was read, and it is wrong: a slug that must not be put into an address, a tenant claimed twice.
  if (cause.category === "input" || cause.category === "state")
    return refuse("FLEET_INVALID", `the enumerated fleet cannot be worked with: ${cause.message}`);
  return stop({
    outcome: "unknown",
    code: "FLEET_UNREADABLE",
    reason: `the fleet could not be enumerated: ${cause.message}`,
  });
}

function select(tenants: readonly Tenant[], only: NonEmpty<Slug> | undefined): StepResult<readonly Tenant[]> {
  if (tenants.length === 0)
    return refuse("FLEET_EMPTY", "the fleet is empty: the control plane enumerates no lasting tenant");
  if (only === undefined) return done(tenants);
  const known = new Set(tenants.map((tenant) => tenant.slug));
  const strangers = only.filter((slug) => !known.has(slug));
  if (strangers.length > 0) return refuse("TENANT_UNKNOWN", `the fleet has no tenant ${strangers.join(", ")}`);
  const wanted = new Set(only);
  return done(tenants.filter((tenant) => wanted.has(tenant.slug)));
}

/** The tenants that the policy leaves where they are, at `now`. */
export function pinsOf(tenants: readonly Tenant[], policy: ResolvedPolicy, now: number): ReadonlyMap<Slug, Pin> {
  const pins = new Map<Slug, Pin>();
  const frozen = decideFreeze(policy.freeze, now).tenants;
  for (const { slug } of tenants) {
    const pin = Object.hasOwn(policy.pinned, slug) ? policy.pinned[slug] : undefined;
    const freeze = frozen.get(slug);
    if (pin !== undefined && holds(pin, now)) pins.set(slug, pin);
    else if (freeze !== undefined) pins.set(slug, { reason: `frozen: ${freeze}` });
  }
  return pins;
}

function holds({ until }: Pin, now: number): boolean {
  return until === undefined || now < (parseUntil(until) ?? Infinity);
}

/** Names that a policy pins or freezes and that the fleet does not have: a misspelt one would hold no tenant. */
function strangersOf(tenants: readonly Tenant[], policy: ResolvedPolicy, now: number): readonly string[] {
  const known = new Set<string>(tenants.map((tenant) => tenant.slug));
  const pinned = Object.entries(policy.pinned).flatMap(([slug, pin]) => (holds(pin, now) ? [slug] : []));
  const frozen = policy.freeze.flatMap((window) => window.tenants ?? []);
  return [...new Set([...pinned, ...frozen])].filter((slug) => !known.has(slug));
}
