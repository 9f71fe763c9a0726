import type { LedgerEntry } from "../ledger.ts";

/** An entry for readers of `git log`: a subject, and everything that a person asks first below it. */
export function describeEntry(entry: LedgerEntry): { readonly subject: string; readonly body: string } {
  const verb = entry.kind === "promote" ? "promote" : "roll back to";
  const lines = [
    `Commit: ${entry.commit}`,
    ...(entry.from === undefined ? [] : [`Rolled back from: ${entry.from}`]),
    `Target: ${entry.target} (${entry.tags.join(", ")})`,
    `Actor: ${entry.actor}`,
    `Reason: ${entry.reason}`,
    ...(entry.runUrl === undefined ? [] : [`Run: ${entry.runUrl}`]),
    `Fleet: ${describeFleet(entry.fleet)}`,
    ...entry.overrides.map(({ check, reason }) => `Override: ${check} because ${reason}`),
    "",
    ...entry.images.map(({ repository, digest }) => `${repository}@${digest}`),
  ];
  return {
    subject: `${verb} ${entry.commit.slice(0, 12)} (${entry.tags.join(", ")}) by ${entry.actor}`,
    body: lines.join("\n"),
  };
}

function describeFleet(fleet: LedgerEntry["fleet"]): string {
  if (!fleet.verified) return `not verified: ${fleet.reason}`;
  const tolerated = fleet.tolerated.length === 0 ? "" : `, tolerated: ${fleet.tolerated.join(" ")}`;
  return `${fleet.verifiedTenants} of ${fleet.enumerated} verified, ${fleet.ahead} ahead${tolerated}`;
}
