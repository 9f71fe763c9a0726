import { plainText } from "@lateen/kernel";
import type { RolloutInput } from "../ports/rollout-ports.ts";
import type { FleetIdentity } from "./journal-entry.ts";
import type { RolloutState } from "./rollout-state.ts";

/** Decision about the rollout that a journal holds. */
export type StartDecision =
  | { readonly kind: "start" | "resume" | "verify" }
  | { readonly kind: "refuse"; readonly code: string; readonly reason: string };

/**
 * Decides whether a rollout begins, continues the one of the journal, or is refused because of it.
 *
 * A journal belongs to one fleet: that of another one is neither continued nor replaced while it is unfinished.
 *
 * An unfinished rollback blocks every release, of its own commit too: a release gives way to newer commits and is
 * verified less strictly, so under its rules the rollback would not be completed.
 */
export function decideStart(
  state: Pick<RolloutState, "id" | "release" | "purpose" | "planned" | "finished" | "fleet" | "moved">,
  { release, purpose, resume, fleet }: Pick<RolloutInput, "release" | "purpose" | "resume" | "fleet">,
): StartDecision {
  if (state.id === undefined) {
    return resume === true
      ? { kind: "refuse", code: "JOURNAL_EMPTY", reason: "there is nothing to resume: the journal holds no rollout" }
      : { kind: "start" };
  }
  const other = fleet === undefined ? undefined : otherFleet(state, fleet);
  if (other !== undefined && (state.finished === undefined || resume === true))
    return { kind: "refuse", code: "JOURNAL_OTHER_FLEET", reason: other };
  if (resume === true && state.finished === "abandoned")
    return { kind: "refuse", code: "JOURNAL_EMPTY", reason: givenUp(state) };
  const isSame = state.release?.sha === release.sha && other === undefined;
  if (state.finished !== undefined) {
    const isDone = isSame && (state.finished === "shipped" || state.finished === "unchanged");
    return { kind: resume === true && isDone ? "verify" : "start" };
  }
  const isKept = state.purpose?.kind !== "rollback" || (purpose ?? state.purpose).kind === "rollback";
  if (!isSame || !isKept) return { kind: "refuse", code: "JOURNAL_UNFINISHED", reason: inTheWay(state) };
  return { kind: state.planned ? "resume" : "start" };
}

/** Why the journal is not one of `fleet`; undefined if it is. */
export function otherFleet(
  state: Pick<RolloutState, "fleet" | "release" | "moved" | "finished">,
  fleet: FleetIdentity,
): string | undefined {
  const isOver = state.finished !== undefined;
  const what = `${isOver ? "a finished" : "an unfinished"} rollout of ${state.release?.sha ?? "another commit"}`;
  // A journal of an earlier version that moved nothing harms no fleet.
  if (state.fleet === undefined && state.moved === 0) return undefined;
  if (state.fleet === undefined)
    return `the journal holds ${what} by an earlier version, which did not record its fleet: ${adviceFor(undefined)}`;
  if (isSameFleet(state.fleet, fleet)) return undefined;
  const advice = isOver ? `nothing of ${describeFleet(fleet)} is left to resume` : adviceFor(state.fleet);
  const [theirs, ours] = describeBoth(state.fleet, fleet);
  return `the journal holds ${what} for ${theirs}, not for ${ours}: ${advice}`;
}

function adviceFor(fleet: FleetIdentity | undefined): string {
  const environment = fleet?.environment === undefined ? "" : ` --env ${plainText(fleet.environment, 100)}`;
  return `use a journal of its own for each fleet, or give that rollout up with lateen rollout --abandon${environment}`;
}

function givenUp({ release }: Pick<RolloutState, "release">): string {
  return `there is nothing to resume: the rollout of ${release?.sha ?? "another commit"} was abandoned with --abandon`;
}

function inTheWay({ release, purpose }: Pick<RolloutState, "release" | "purpose">): string {
  const sha = release?.sha ?? "another commit";
  if (purpose?.kind !== "rollback")
    return `the journal holds an unfinished rollout of ${sha}: resume it, or abandon it with --abandon`;
  const why = purpose.reason === undefined ? "" : ` (${plainText(purpose.reason, 200)})`;
  return `the journal holds an unfinished rollback to ${sha}${why}: complete it with lateen rollback, or abandon it with lateen rollout --abandon`;
}

/** True if both name the same fleet: environment, addresses of the control planes, and the address that proves a tenant. */
export function isSameFleet(one: FleetIdentity, other: FleetIdentity): boolean {
  return keyOf(one) === keyOf(other);
}

function keyOf({ environment, controlPlanes, proof }: FleetIdentity): string {
  const planes = controlPlanes.map(({ name, url }) => url?.replace(/\/+$/, "") ?? name).toSorted();
  return JSON.stringify([environment ?? "", planes, proof ?? ""]);
}

/** Two fleets in words that differ: by the address that proves a tenant if the control planes are the same. */
function describeBoth(one: FleetIdentity, other: FleetIdentity): readonly [string, string] {
  const both: readonly [string, string] = [describeFleet(one), describeFleet(other)];
  if (both[0] !== both[1]) return both;
  const proven = ({ proof }: FleetIdentity) => plainText(`, proven by ${proof ?? "its control plane"}`, 300);
  return [`${both[0]}${proven(one)}`, `${both[1]}${proven(other)}`];
}

/** A fleet in words, such as `environment staging (https://api.example.com)`. */
export function describeFleet({ environment, controlPlanes }: FleetIdentity): string {
  const planes = controlPlanes.map(({ name, url }) => url ?? name).join(", ");
  return plainText(`${environment === undefined ? "the fleet" : `environment ${environment}`} (${planes})`, 300);
}
