/** Answers of a provider at one look after another, and the decision on the check; the timeout is 60 s. */
export interface CheckFaultRow {
  readonly provider: "prometheus" | "regression" | "http" | "exec" | "workflow";
  readonly fault: string;
  readonly step: "canary" | "wave" | "soak" | "fleet" | "promotion";
  readonly onUnknown: "wait" | "halt";
  readonly verdict: "passed" | "failed" | "unknown";
}

const steps = ["canary", "wave", "soak", "fleet", "promotion"] as const;

/** Faults after which nothing is known, by provider. */
const unknownFaults = {
  prometheus: [
    "gone",
    "hangs",
    "cut off",
    "html",
    "not json",
    "other json",
    "200 with an error inside",
    "warning",
    "400",
    "401",
    "422",
    "500",
    "503",
    "no data",
    "NaN",
    "+Inf",
    "-Inf",
    "several series",
    "a tenant without a series",
    "a tenant with two series",
    "too old",
    "not scraped any more",
    "an old instant in the answer",
    "a range instead of a value",
    "gone in the middle",
  ],
  regression: ["gone", "no traffic at the moved tenants", "nothing to compare with", "a moved tenant without a counter", "more failures than trials", "NaN"],
  http: ["gone", "hangs", "cut off", "not json", "429", "gone in the middle"],
  exec: ["exit 75", "ended by a signal", "never ends", "cannot be started"],
  workflow: ["dispatch refused", "not a workflow", "no run carries the correlation", "only a newer run of somebody else", "cancelled", "skipped", "forge gone", "never ends"],
} as const;

/** Answers that are no fault of the provider. */
const answers: readonly Pick<CheckFaultRow, "provider" | "fault" | "verdict">[] = [
  { provider: "prometheus", fault: "none", verdict: "passed" },
  { provider: "prometheus", fault: "above the limit", verdict: "failed" },
  { provider: "prometheus", fault: "one tenant above the limit", verdict: "failed" },
  { provider: "regression", fault: "none", verdict: "passed" },
  { provider: "regression", fault: "twice the failures", verdict: "failed" },
  { provider: "http", fault: "none", verdict: "passed" },
  { provider: "http", fault: "500", verdict: "failed" },
  { provider: "http", fault: "302", verdict: "failed" },
  { provider: "http", fault: "other JSON", verdict: "failed" },
  { provider: "exec", fault: "none", verdict: "passed" },
  { provider: "exec", fault: "exit 1", verdict: "failed" },
  { provider: "workflow", fault: "none", verdict: "passed" },
  { provider: "workflow", fault: "failure", verdict: "failed" },
];

/** Every fault of every provider, at steps in turn, waited out and not: nothing but an answer passes. */
export const checkFaultRows: readonly CheckFaultRow[] = [
  ...answers.map((row, index) => ({ ...row, step: steps[index % 5] ?? "canary", onUnknown: "wait" as const })),
  ...Object.entries(unknownFaults).flatMap(([provider, faults]) =>
    faults.flatMap((fault, index) =>
      (["wait", "halt"] as const).map((onUnknown) => ({
        provider: provider as CheckFaultRow["provider"],
        fault,
        step: steps[index % 5] ?? "canary",
        onUnknown,
        verdict: "unknown" as const,
      })),
    ),
  ),
];
