/** One environment variable that overrides a key of the configuration file. */
export interface EnvironmentRow {
  readonly name: string;
  readonly path: readonly string[];
  /** Type of its text; a list is separated by newlines, or by commas if it has no newline. */
  readonly as: "text" | "number" | "boolean" | "list" | "share";
}

/** `LATEEN_*` variables that beat the file; an empty one counts as unset. */
export const environmentTable: readonly EnvironmentRow[] = [
  { name: "LATEEN_FORGE_KIND", path: ["forge", "kind"], as: "text" },
  { name: "LATEEN_FORGE_URL", path: ["forge", "url"], as: "text" },
  { name: "LATEEN_FORGE_API", path: ["forge", "api"], as: "text" },
  { name: "LATEEN_FORGE_REPOSITORY", path: ["forge", "repository"], as: "text" },
  { name: "LATEEN_FORGE_BRANCH", path: ["forge", "branch"], as: "text" },
  { name: "LATEEN_RELEASE_CANDIDATE", path: ["release", "candidate"], as: "text" },
  { name: "LATEEN_RELEASE_IMAGES", path: ["release", "images"], as: "list" },
  { name: "LATEEN_GATE_CHECKS", path: ["gate", "checks"], as: "list" },
  { name: "LATEEN_GATE_TIMEOUT", path: ["gate", "timeout"], as: "text" },
  { name: "LATEEN_GATE_POLL", path: ["gate", "poll"], as: "text" },
  { name: "LATEEN_GATE_SETTLE", path: ["gate", "settle"], as: "text" },
  { name: "LATEEN_GATE_APPEAR_WITHIN", path: ["gate", "appearWithin"], as: "text" },
  { name: "LATEEN_KILL_SWITCH_VARIABLE", path: ["killSwitch", "variable"], as: "text" },
  { name: "LATEEN_FLEET_CANARY", path: ["fleet", "canary"], as: "list" },
  { name: "LATEEN_FLEET_SOAK", path: ["fleet", "soak"], as: "text" },
  { name: "LATEEN_FLEET_BATCH", path: ["fleet", "batch"], as: "number" },
  { name: "LATEEN_FLEET_MAX_STRAGGLERS", path: ["fleet", "maxStragglers"], as: "share" },
  { name: "LATEEN_FLEET_BUILDINFO", path: ["fleet", "buildinfo"], as: "text" },
  { name: "LATEEN_FLEET_ON_FAILURE", path: ["fleet", "onFailure"], as: "text" },
  { name: "LATEEN_FLEET_JOURNAL", path: ["fleet", "journal"], as: "text" },
  { name: "LATEEN_FLEET_LEGACY_CONTROL_PLANE", path: ["fleet", "legacyControlPlane"], as: "boolean" },
  { name: "LATEEN_FLEET_VERIFY_TIMEOUT", path: ["fleet", "verify", "timeout"], as: "text" },
  { name: "LATEEN_FLEET_VERIFY_INTERVAL", path: ["fleet", "verify", "interval"], as: "text" },
  { name: "LATEEN_FLEET_VERIFY_CONCURRENCY", path: ["fleet", "verify", "concurrency"], as: "number" },
  { name: "LATEEN_FLEET_VERIFY_MATCH", path: ["fleet", "verify", "match"], as: "text" },
  { name: "LATEEN_PROMOTE_TAGS", path: ["promote", "tags"], as: "list" },
  { name: "LATEEN_PROMOTE_SETTLE", path: ["promote", "settle"], as: "text" },
  { name: "LATEEN_PROMOTE_ALLOW_UNLABELLED", path: ["promote", "allowUnlabelled"], as: "boolean" },
  { name: "LATEEN_PROMOTE_LEDGER_REMOTE", path: ["promote", "ledger", "remote"], as: "text" },
  { name: "LATEEN_PROMOTE_LEDGER_REF", path: ["promote", "ledger", "ref"], as: "text" },
];
