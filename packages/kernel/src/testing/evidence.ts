import type { Evidence, NonEmpty } from "../vocabulary/verdict.ts";

/** Evidence for verdicts of tests and fakes, which have read nothing. */
export const testEvidence: NonEmpty<Evidence> = [
  { rule: "test", verdict: "passed", fact: "a test says so", source: "test", at: "2026-01-01T00:00:00.000Z" },
];
