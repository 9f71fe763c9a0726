import type { SuccessorFacts } from "../../src/supersession/decide-successor.ts";

/** One kind of newer commit, and whether it supersedes. */
export interface SuccessorRow extends SuccessorFacts {
  readonly eligible: boolean | "unknown";
}

/** Newer commits, and if they supersede a release. */
export const successorRows: readonly SuccessorRow[] = [
  { skipToken: undefined, publish: "not-required", relevant: "not-asked", eligible: true },
  { skipToken: undefined, publish: "not-required", relevant: "yes", eligible: true },
  { skipToken: undefined, publish: "not-required", relevant: "no", eligible: false },
  { skipToken: undefined, publish: "succeeded", relevant: "not-asked", eligible: true },
  { skipToken: undefined, publish: "succeeded", relevant: "yes", eligible: true },
  { skipToken: undefined, publish: "succeeded", relevant: "no", eligible: true },
  { skipToken: undefined, publish: "under-way", relevant: "not-asked", eligible: true },
  { skipToken: undefined, publish: "under-way", relevant: "no", eligible: true },
  { skipToken: undefined, publish: "failed", relevant: "not-asked", eligible: false },
  { skipToken: undefined, publish: "failed", relevant: "yes", eligible: false },
  { skipToken: undefined, publish: "unknown", relevant: "not-asked", eligible: "unknown" },
  { skipToken: undefined, publish: "unknown", relevant: "no", eligible: "unknown" },
  { skipToken: undefined, publish: "none", relevant: "not-asked", eligible: false },
  { skipToken: undefined, publish: "none", relevant: "yes", eligible: true },
  { skipToken: undefined, publish: "none", relevant: "no", eligible: false },
  { skipToken: "[skip ci]", publish: "not-required", relevant: "yes", eligible: false },
  { skipToken: "[skip ci]", publish: "succeeded", relevant: "yes", eligible: false },
  { skipToken: "[skip ci]", publish: "none", relevant: "not-asked", eligible: false },
];
