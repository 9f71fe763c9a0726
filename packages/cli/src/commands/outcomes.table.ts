import type { Outcome } from "../output/exit-codes.table.ts";

/** The outcomes that each command may end with, as its help shows them; faults end any of them. */
export const outcomesOf: Readonly<Record<string, readonly Outcome[]>> = {
  ship: ["shipped", "unchanged", "planned", "deferred", "superseded", "held", "refused", "unknown", "halted", "partial"],
  plan: ["planned", "deferred", "superseded", "held", "refused", "unknown"],
  gate: ["open", "deferred", "superseded", "held", "refused", "unknown"],
  superseded: ["superseded", "latest", "refused", "unknown"],
  inspect: ["ok", "refused", "unknown"],
  retag: ["ok", "unchanged", "planned", "refused", "unknown", "partial"],
  rollout: ["shipped", "unchanged", "planned", "ok", "superseded", "held", "refused", "unknown", "halted"],
  verify: ["ok", "refused", "unknown"],
  promote: ["shipped", "unchanged", "planned", "superseded", "held", "refused", "unknown", "halted", "partial"],
  reconcile: ["ok", "unchanged", "planned", "superseded", "held", "refused", "unknown", "partial"],
  rollback: ["shipped", "unchanged", "planned", "superseded", "refused", "unknown", "halted", "partial"],
  hold: ["ok", "unchanged", "planned", "unknown"],
  status: ["ok", "refused", "unknown"],
  serve: ["ok", "refused", "unknown"],
  watch: ["ok", "unknown"],
  history: ["ok", "unknown"],
  explain: ["ok", "unknown"],
  doctor: ["ok", "refused", "unknown"],
  init: ["ok", "planned", "unknown"],
  "lint-workflow": ["ok", "refused", "unknown"],
  report: ["ok"],
  demo: ["ok", "unknown"],
  config: ["ok"],
  completion: ["ok"],
};
