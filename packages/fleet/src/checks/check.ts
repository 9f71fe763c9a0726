import type { Reading, Slug } from "@lateen/kernel";

/** When a check runs: after the canary or a later wave is proven, during a soak, after the last wave, before tags move. */
export type CheckStep = "canary" | "wave" | "soak" | "fleet" | "promotion";

/** Subject of a look. */
export interface CheckContext {
  readonly step: CheckStep;
  /** Commit that the tenants of the step run. */
  readonly sha: string;
  /** Candidate tag of that commit, if it is known. */
  readonly tag: string | undefined;
  /** Name of the wave; the name of the step for `fleet` and `promotion`. */
  readonly wave: string;
  /** The tenant that this look is about; undefined if the check runs once for its step. */
  readonly slug: Slug | undefined;
  /** Tenants of the step. */
  readonly slugs: readonly Slug[];
  /** Tenants that run the release already, those of the step among them. */
  readonly moved: readonly Slug[];
  /** Tenants that were never moved and do not run the release, at the time of this look. */
  readonly unmoved: readonly Slug[];
  /** An instant before the first of them was moved, in milliseconds since the epoch; undefined if it is not known. */
  readonly before: number | undefined;
  /** Start of the check at this step, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** Number of this look, from 0. */
  readonly look: number;
  /** Looks that the check plans to take; an estimate, never less than 1. */
  readonly looks: number;
}

/** Failures and trials of a group of tenants in one span of time. */
export interface Counts {
  readonly failures: number;
  readonly trials: number;
}

/** One number of a provider, of one tenant or of the whole step. */
export interface MeasuredValue {
  readonly slug?: Slug | undefined;
  readonly value: number;
}

/** Result of one look, free of provider terms. */
export type Measurement = {
  /** Address or command that was asked, without secrets. */
  readonly source: string;
  /** Query, request or command in one line. */
  readonly query: string;
  /** Age of the sample itself, not of the answer: the instant at which it was taken, in milliseconds since the epoch. */
  readonly takenAt: number;
} & (
  | { readonly kind: "judged"; readonly passed: boolean; readonly fact: string; readonly value?: string | undefined }
  /** It is under way and its verdict is still to come. */
  | { readonly kind: "pending"; readonly fact: string }
  | { readonly kind: "values"; readonly values: readonly MeasuredValue[] }
  /** Counts of the span since the last look; spans of two looks never overlap. */
  | { readonly kind: "counts"; readonly moved: Counts; readonly control: Counts; readonly against: string }
);

/** A source of measurements. */
export interface Check {
  /**
   * Looks once. `absent` and `unknown` are both no measurement; neither passes.
   *
   * Resolves soon after `signal` aborts, with whatever is known then.
   */
  observe(context: CheckContext, signal: AbortSignal): Promise<Reading<Measurement>>;
}

/** Judgement of a check's samples, and its time limits. */
export interface CheckPolicy {
  /** Pause between two looks, in milliseconds. @default 10000 */
  readonly everyMs?: number | undefined;
  /** Time during which it has to hold, in milliseconds, or the soak of its wave. @default 0 */
  readonly forMs?: number | "soak" | undefined;
  /** Good samples that it takes to pass. @default 1 */
  readonly samples?: number | undefined;
  /** Longest time without an answer that decides, on top of `forMs` and the time that `samples` take. @default 300000 */
  readonly timeoutMs?: number | undefined;
  /** An unknown sample is waited out until the timeout, or ends the rollout at once; it never passes. @default "wait" */
  readonly onUnknown?: "wait" | "halt" | undefined;
  /** Greatest age of a sample, in milliseconds. @default 120000 */
  readonly maxAgeMs?: number | undefined;
  /** Every value has to be less than this. */
  readonly below?: number | undefined;
  /** Every value has to be greater than this. */
  readonly above?: number | undefined;
  /** Counts of moved tenants are compared with those of a control group, at this probability of a false alarm. */
  readonly regression?: { readonly alpha: number } | undefined;
}

/** A check of a fleet: where it runs, how it is judged, and what it asks. */
export interface FleetCheck extends Check {
  readonly name: string;
  readonly at: readonly CheckStep[];
  /** One run for each tenant of the step instead of one for the step. */
  readonly perTenant: boolean;
  readonly kind: string;
  /** Its query in one line, without secrets. */
  readonly about: string;
  /** Has effects of its own on the machine that runs it, so that a plan must not run it. */
  readonly hasEffects: boolean;
  readonly policy: CheckPolicy;
  /**
   * Reports if its provider can be asked at all; a plan asks once, for `example` if the provider has to be asked about a tenant. It has no
   * effects, and answers `absent` if the provider is there and the check could never pass. Undefined if only a look could answer.
   */
  readonly reach?: ((signal: AbortSignal, example?: Slug) => Promise<Reading<string>>) | undefined;
}
