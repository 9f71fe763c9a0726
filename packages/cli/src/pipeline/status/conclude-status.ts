import type { PromotionStatus } from "@lateen/promote";
import type { CommandResult } from "../../commands/command.ts";
import { describeStatus } from "../../output/describe-status.ts";
import type { FleetResult, ImageResult, StatusResult, TagResult } from "../../output/result.ts";
import { markNotStarted } from "../not-started.ts";
import { fleetResult } from "../steps/fleet-result.ts";
import { judgeState } from "./judge-state.ts";
import type { State, TargetState } from "./read-state.ts";
import { unfinishedOf } from "./unfinished.ts";

type TagStatus = PromotionStatus["tags"][number];

/** The end of `status`: what could not be read is `unknown`; drift is an error only where that was asked for. */
export function concludeStatus(state: State, { failOnDrift }: { readonly failOnDrift: boolean }): CommandResult {
  const { drift, reasons, reason } = judgeState(state);
  const outcome = drift === "unknown" ? "unknown" : drift === "drift" && failOnDrift ? "refused" : "ok";
  const fleet = fleetOf(state);
  const images = state.targets.flatMap(({ status }) => status.tags.map(imageOf));
  const [first] = state.targets;
  const ledger =
    first?.status.ledger.kind === "found"
      ? { ledger: { entry: first.status.ledger.value.id, position: first.status.ledger.value.position } }
      : {};
  const unfinished = unfinishedOf(state);
  const status: StatusResult = {
    drift,
    reasons,
    targets: state.targets.map(targetResult),
    fleet: fleet === undefined ? undefined : fleetAge(state),
    ...(unfinished === undefined ? {} : { unfinished }),
    holds: state.holds,
  };
  return {
    outcome,
    document: {
      ...(outcome === "ok" ? {} : { code: drift === "drift" ? "DRIFT" : "DRIFT_UNKNOWN" }),
      reason,
      images,
      ...ledger,
      ...(fleet === undefined ? {} : { fleet }),
      status,
      evidence: state.evidence,
      ...(unfinished === undefined ? {} : { next: [unfinished.resume, unfinished.abandon] }),
    },
    answer: describeStatus(state, { fleet, unfinished, drift: `${drift === "none" ? "no drift" : drift}: ${reason}` }),
  };
}

/** The fleet as it was seen, in the words of the last rollout. */
function fleetOf({ fleet, rollout }: State): FleetResult | undefined {
  if (fleet?.value === undefined) return undefined;
  return markNotStarted(fleetResult(fleet.value), rollout?.kind === "found" ? rollout.value : undefined);
}

/** When the tenants were asked, and since when the fleet is known to run what it is compared with. */
function fleetAge({ fleetReadAt, fleetProof, now }: State): StatusResult["fleet"] {
  if (fleetReadAt === undefined) return undefined;
  return {
    readAt: new Date(fleetReadAt).toISOString(),
    provenAt: fleetProof === undefined ? undefined : new Date(fleetProof.at).toISOString(),
    provenBy: fleetProof?.by,
    ageMs: fleetProof === undefined ? undefined : Math.max(0, now - fleetProof.at),
  };
}

function targetResult({ name, status }: TargetState): StatusResult["targets"][number] {
  const { trunk, ledger, ahead, ledgerAgeMs, drift } = status;
  const entry = ledger.kind === "found" ? ledger.value : undefined;
  return {
    name,
    // Without an entry nothing was compared.
    drift: drift === "none" && ledger.kind === "absent" ? "unknown" : drift,
    trunk: trunk.kind === "found" ? trunk.value : undefined,
    commit: entry?.entry.commit,
    position: entry?.position,
    actor: entry?.entry.actor,
    reason: entry?.entry.reason,
    ageMs: ledgerAgeMs,
    aheadBy: ahead?.commits,
    aheadForMs: ahead?.forMs,
    readAt: new Date(status.readAt).toISOString(),
    tags: status.tags.map(({ repository, tag, state, age: known }) => ({
      repository,
      tag,
      state,
      ageMs: known.kind === "since" ? known.ms : undefined,
      movedWithinMs: known.kind === "within" ? known.ms : undefined,
    })),
    releases: status.releases.map(({ commit, position: at, state }) => ({ commit, position: at, state })),
  };
}

function imageOf({ repository, tag, wanted, current, revision, state }: TagStatus): ImageResult {
  const actions: Readonly<Record<TagStatus["state"], TagResult["action"]>> = {
    follows: "unchanged",
    uncovered: "unchanged",
    differs: "foreign",
    missing: "pending",
    unknown: "pending",
  };
  const after = current.kind === "found" ? current.value.digest : undefined;
  return {
    repository,
    digest: wanted,
    revision: revision?.kind === "found" ? revision.value : undefined,
    tags: [{ tag, after, action: actions[state] }],
  };
}
