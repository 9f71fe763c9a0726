import { plainText } from "@lateen/kernel";
import type { LedgerEntry } from "../ports/ledger-entry.ts";

/**
 * An entry for readers of `git log`: a subject, and everything that a person asks first below it.
 *
 * Free text is kept on its own line, so that a reason cannot pass for another actor.
 */
export function describeEntry(entry: LedgerEntry): { readonly subject: string; readonly body: string } {
  const verb = entry.kind === "promote" ? "promote" : "roll back to";
  const lines = [
    `Commit: ${entry.commit}`,
    ...(entry.from === undefined ? [] : [`Rolled back from: ${entry.from}`]),
    `Target: ${entry.target} (${entry.tags.join(", ")})`,
    `Actor: ${plainText(entry.actor, 200)}`,
    `Reason: ${plainText(entry.reason, 900)}`,
    ...(entry.runUrl === undefined ? [] : [`Run: ${plainText(entry.runUrl, 900)}`]),
    `Fleet: ${describeFleet(entry.fleet)}`,
    ...(entry.gate === undefined || entry.gate.length === 0 ? [] : [`Gate: ${describeGate(entry.gate)}`]),
    ...entry.overrides.map(({ check, reason }) => `Override: ${check} because ${plainText(reason, 900)}`),
    "",
    ...entry.images.map(({ repository, digest }) => `${repository}@${digest}`),
  ];
  return {
    subject: `${verb} ${entry.commit.slice(0, 12)} (${entry.tags.join(", ")}) by ${plainText(entry.actor, 80)}`,
    body: lines.join("\n"),
  };
}

function describeGate(checks: NonNullable<LedgerEntry["gate"]>): string {
  return plainText(checks.map(({ name, state }) => `${name} ${state}`).join(", "), 900);
}

function describeFleet(fleet: LedgerEntry["fleet"]): string {
  if (!fleet.verified) return `not verified: ${plainText(fleet.reason, 900)}`;
  const tolerated = fleet.tolerated.length === 0 ? "" : `, tolerated: ${fleet.tolerated.join(" ")}`;
  return `${fleet.verifiedTenants} of ${fleet.enumerated} verified, ${fleet.ahead} ahead${tolerated}`;
}
