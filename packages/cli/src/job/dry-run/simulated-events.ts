import type { Evidence } from "@lateen/kernel";
import type { AnyEvent } from "../../output/events.ts";

/** Events of a dry run that tell of what has not happened; they are not shown, the answer says what would change. */
const simulatedEvents: ReadonlySet<AnyEvent["type"]> = new Set<AnyEvent["type"]>([
  "rollout-started",
  "wave-started",
  "tenants-posted",
  "call-answered",
  "tenant-verified",
  "soak-started",
  "soak-probed",
  "soak-passed",
  "wave-finished",
  "checks-started",
  "check-sampled",
  "check-judged",
  "checks-passed",
  "tenants-observed",
  "sweep-started",
  "sweep-progressed",
  "fleet-covered",
  "rollout-finished",
  "content-copied",
  "ledger-appended",
  "tag-moved",
  "tag-written",
  "tag-settled",
  "tag-lagged",
  "tag-lagging",
]);

/** Rules whose evidence is of something done, which a dry run has not done. */
const simulatedRules: ReadonlySet<string> = new Set(["check", "canary", "coverage", "copy", "commit", "settle"]);

/** True if an event claims something that a dry run only pretends. */
export function isSimulatedEvent(event: AnyEvent): boolean {
  return simulatedEvents.has(event.type);
}

/** True if evidence is of something that a dry run only pretends; a stop or a waiver is as it says. */
export function isSimulatedEvidence({ rule, verdict }: Pick<Evidence, "rule" | "verdict">): boolean {
  return simulatedRules.has(rule) && ["passed", "verified", "ok"].includes(verdict);
}
