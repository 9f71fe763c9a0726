import { sameCommit, type Slug, type Release } from "@lateen/kernel";
import type { FleetReport, TenantReport, TenantVerdict, WaveReport } from "./fleet-report.ts";
import type { Observation } from "../steps/observe.ts";
import type { Pin } from "../policy.ts";
import type { TenantState } from "../engine/rollout-state.ts";
import type { Tenant } from "../ports/tenant.ts";

/** Everything that the account of a fleet is made of. */
export interface CoverageInput {
  readonly release: Release;
  readonly tenants: readonly Tenant[];
  readonly observations: ReadonlyMap<Slug, Observation>;
  /** Facts of a rollout about its tenants; absent in a mere verification. */
  readonly states?: ReadonlyMap<Slug, TenantState>;
  readonly canary: ReadonlySet<Slug>;
  readonly pins: ReadonlyMap<Slug, Pin>;
  readonly ephemeral: readonly Slug[];
  readonly moved: number;
  readonly waves: readonly WaveReport[];
}

/** Gives every tenant exactly one verdict, and every tenant that is not where it should be exactly one list. */
export function computeCoverage(input: CoverageInput): FleetReport {
  const tenants = input.tenants.map((tenant) => reportOf(tenant, input));
  const listed = (list: ListName) => tenants.filter((line) => listOf(line, input) === list).map((line) => line.slug);
  const off = tenants.filter((line) => listOf(line, input) !== undefined);
  return {
    release: input.release,
    enumerated: tenants.length,
    verified: tenants.filter((line) => line.verdict === "verified").length,
    ahead: tenants.filter((line) => line.verdict === "ahead").length,
    stragglers: listed("stragglers"),
    quarantined: listed("quarantined"),
    unknown: listed("unknown"),
    pinned: off.filter((line) => line.pin !== undefined).map((line) => line.slug),
    departed: off.filter((line) => hasDeparted(line, input)).map((line) => line.slug),
    ephemeral: input.ephemeral,
    tenants,
    moved: input.moved,
    waves: input.waves,
  };
}

type ListName = "stragglers" | "quarantined" | "unknown";

function reportOf(tenant: Tenant, input: CoverageInput): TenantReport {
  const { slug, plane } = tenant;
  const state = input.states?.get(slug);
  const look = input.observations.get(slug);
  const pin = input.pins.get(slug);
  const { verdict, reason } = verdictOf(slug, look, state, input);
  const before = state?.baseline === undefined || state.baseline.kind === "broken" ? undefined : state.baseline.sha;
  const after = look?.sha ?? (look === undefined ? state?.sha : undefined);
  return {
    slug,
    verdict,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(state?.moved === true && state.wave !== undefined ? { wave: state.wave } : {}),
    plane,
    ...(reason === undefined ? {} : { reason }),
    ...(pin === undefined ? {} : { pin }),
  };
}

interface Judged {
  readonly verdict: TenantVerdict;
  readonly reason: string | undefined;
}

function verdictOf(
  slug: Slug,
  look: Observation | undefined,
  state: TenantState | undefined,
  input: CoverageInput,
): Judged {
  const seen = look ?? { verdict: "unknown" as const, reason: "not asked", proven: false };
  const isWhereItShouldBe = seen.proven && (seen.verdict === "verified" || seen.verdict === "ahead");
  // A tenant that the control plane reports as failed or unhealthy is no success, whatever commit it answers with.
  const rejected = state?.row === "failed";
  if (isWhereItShouldBe && !rejected) return { verdict: seen.verdict, reason: seen.reason };
  const reason = wentBack(look, state, input) ?? (isWhereItShouldBe ? undefined : seen.reason) ?? state?.reason;
  // The control plane has let it go: that it does not answer is no news.
  if (state?.gone === true && !isWhereItShouldBe) {
    const verdict = seen.verdict === "unreachable" || seen.verdict === "verified" ? "unknown" : seen.verdict;
    return { verdict, reason: "no longer listed by the control plane" };
  }
  if (input.pins.has(slug)) return { verdict: "pinned", reason };
  if (state?.baseline?.kind === "broken" && !input.canary.has(slug))
    return { verdict: "quarantined", reason: reason ?? state.baseline.reason };
  if (rejected && isWhereItShouldBe) return { verdict: "straggler", reason: state?.reason };
  const lostByUs =
    state?.moved === true &&
    look?.recalled !== true &&
    (seen.verdict === "unreachable" || (seen.verdict === "unknown" && look?.sha === undefined));
  return { verdict: lostByUs ? "straggler" : seen.verdict, reason };
}

/** A tenant that was taken back is off target on purpose, and the account says so. */
function wentBack(
  look: Observation | undefined,
  state: TenantState | undefined,
  input: CoverageInput,
): string | undefined {
  const { release } = state ?? {};
  const isBack = release !== undefined && release.sha !== input.release.sha && sameCommit(look?.sha ?? "", release.sha);
  return isBack ? `taken back to ${release.sha.slice(0, 12)}` : undefined;
}

function listOf(line: TenantReport, input: CoverageInput): ListName | undefined {
  if (line.verdict === "verified" || line.verdict === "ahead") return undefined;
  if (line.verdict === "quarantined") return "quarantined";
  if (line.verdict === "unreachable" || line.verdict === "unknown") return "unknown";
  if (line.verdict !== "pinned") return "stragglers";
  if (input.states?.get(line.slug)?.baseline?.kind === "broken") return "quarantined";
  const look = input.observations.get(line.slug)?.verdict;
  return look === "unreachable" || look === "unknown" || look === undefined ? "unknown" : "stragglers";
}

/**
 * Left the fleet before it was moved, and does not answer. A tenant that was moved counts: it may have died of the release, and some
 * control planes list only what is well.
 */
function hasDeparted({ slug, pin }: TenantReport, { states, observations, canary }: CoverageInput): boolean {
  const { gone, moved } = states?.get(slug) ?? {};
  const isSilent = observations.get(slug)?.sha === undefined;
  return gone === true && moved === false && isSilent && pin === undefined && !canary.has(slug);
}

/** Tenants that are off target and neither pinned nor departed: what the tolerance is compared with. */
export function listOff({ stragglers, quarantined, unknown, pinned, departed }: FleetReport): readonly Slug[] {
  const exempt = new Set([...pinned, ...departed]);
  return [...stragglers, ...quarantined, ...unknown].filter((slug) => !exempt.has(slug));
}
