import { ReleaseError } from "./release-error.ts";

/** Why a stage stopped; the words of the result document and, in the command line, of the exit codes. */
export type StopOutcome = "deferred" | "superseded" | "held" | "refused" | "unknown" | "halted" | "partial";

/** The decision of one rule with its fact, source and time. Plain data: it is written to results, journals and the ledger. */
export interface Evidence {
  /** Name of the rule that was evaluated, such as `ancestry` or `kill-switch`; the names that `--override` accepts. */
  readonly rule: string;
  /** Decision of the rule, one plain word such as `open`, `refused` or `waived`. */
  readonly verdict: string;
  /** The fact in one sentence. */
  readonly fact: string;
  /** Source of the fact: a URL, a file, a ref. */
  readonly source: string;
  /** When it was read, ISO 8601 in UTC. */
  readonly at: string;
}

/** A list that has at least one element. */
export type NonEmpty<T> = readonly [T, ...T[]];

/** The answer of every stage: go with a value, or stop with an outcome, a code and a reason; always with evidence. */
export type Verdict<T> = Go<T> | Stop<T>;

/** The stage did what it should, or allows it. */
export interface Go<T> {
  readonly kind: "go";
  readonly value: T;
  readonly evidence: NonEmpty<Evidence>;
}

/** The stage refuses to continue. A refusal is a value; failures of our own are thrown. */
export interface Stop<T = never> extends StopOptions<T> {
  readonly kind: "stop";
  readonly evidence: readonly Evidence[];
}

/** The parts of a {@link Stop}. */
export interface StopOptions<T = never> {
  readonly outcome: StopOutcome;
  /** Stable reason for programs, upper snake case, unique within its package. */
  readonly code: string;
  /** One sentence for a person. */
  readonly reason: string;
  /** @default [] */
  readonly evidence?: readonly Evidence[] | undefined;
  /** Facts established so far, if a report needs them: a halted rollout still accounts for every tenant. */
  readonly value?: T | undefined;
}

/** A go with `value`. @throws ReleaseError `EVIDENCE_MISSING` without evidence, which the types forbid as well */
export function go<T>(value: T, evidence: NonEmpty<Evidence>): Go<T> {
  if (!Array.isArray(evidence) || evidence.length === 0)
    throw new ReleaseError({
      code: "EVIDENCE_MISSING",
      category: "bug",
      message: "nothing is allowed without evidence",
    });
  return { kind: "go", value, evidence };
}

/** A verdict that stops. */
export function stop<T = never>({ value, evidence = [], ...rest }: StopOptions<T>): Stop<T> {
  return { kind: "stop", ...rest, evidence, ...(value === undefined ? {} : { value }) };
}
