import { type Evidence, formatDuration } from "@lateen/kernel";
import type { LedgerHead } from "@lateen/promote";
import type { ExplainedRule } from "../../output/result.ts";
import { counted, shortDigest } from "../../output/text/line.ts";
import type { TargetHistory } from "./look-at-ledgers.ts";

/** More checks are not named on one line. */
const mostChecks = 20;

/** Why a commit shipped when it did: what its entry of the ledger keeps of waivers, fleet and tags, and where its run is. */
export function factsOfThen({ target, shipped, evidence }: TargetHistory, isOneOfSeveral: boolean): ExplainedRule[] {
  if (shipped.kind === "never" || shipped.kind === "unread") return [];
  const { entry } = shipped.entry;
  const about = isOneOfSeveral ? `${target}: ` : "";
  const ruleOf = (rule: string, verdict: string, fact: string): ExplainedRule => {
    const facts: Evidence[] = [{ rule, verdict, fact: `${about}${fact}`, source: evidence.source, at: entry.at }];
    return { rule, verdict, fact: `${about}${fact}`, change: undefined, at: entry.at, facts };
  };
  return [
    ...entry.overrides.map(({ check, reason }) =>
      ruleOf(check, "waived", `waived by ${entry.actor} at that time: ${reason}`),
    ),
    ruleOf("fleet then", entry.fleet.verified ? "verified" : "not verified", fleetOf(entry.fleet)),
    ruleOf("tags then", entry.kind === "rollback" ? "rolled back" : "promoted", tagsOf(entry)),
    gateOf(entry, ruleOf),
  ];
}

/** Checks of the gate at that time; what the entry does not keep was not green. */
function gateOf(
  { gate, kind, overrides, reason, runUrl }: LedgerHead["entry"],
  ruleOf: (rule: string, verdict: string, fact: string) => ExplainedRule,
): ExplainedRule {
  const run = runUrl === undefined ? "" : `; the run: ${runUrl}`;
  if (gate === undefined) return ruleOf("gate then", "unknown", `the entry keeps no checks${run}`);
  if (gate.length === 0)
    return ruleOf("gate then", "none", `the ${kind === "rollback" ? "rollback" : "run"} asked for no check${run}`);
  // The entry keeps waivers that promotion used; those of other rules are in its reason.
  const isWaived = overrides.length > 0 || / waived: /.test(reason);
  const shown = gate.slice(0, mostChecks).map(({ name, state }) => `${name} ${state}`);
  const more = gate.length > mostChecks ? ` and ${gate.length - mostChecks} more` : "";
  const checks = `${shown.join(", ")}${more}`;
  return ruleOf("gate then", isWaived ? "passed or waived" : "passed", `${checks}${run}`);
}

function fleetOf(fleet: LedgerHead["entry"]["fleet"]): string {
  if (!fleet.verified) return fleet.reason;
  const { enumerated, verifiedTenants, ahead, tolerated, tookMs } = fleet;
  const parts = [
    `${verifiedTenants} of ${counted(enumerated, "tenant")} verified`,
    ...(ahead > 0 ? [`${ahead} ahead`] : []),
    ...(tolerated.length > 0 ? [`${tolerated.length} tolerated`] : []),
    ...(tookMs === undefined ? [] : [`in ${formatDuration(Math.max(1, Math.round(tookMs / 1000)) * 1000)}`]),
  ];
  return parts.join(", ");
}

function tagsOf({ tags, images }: LedgerHead["entry"]): string {
  const moved = images.map(({ repository, digest }) => `${repository} to ${shortDigest(digest)}`);
  return `${tags.join(", ")} of ${moved.join(", ")}`;
}
