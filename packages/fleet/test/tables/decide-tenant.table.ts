import type { LookVerdict } from "../../src/coverage/decide-tenant.ts";

/** One look at a tenant. */
export interface LookCase {
  /** Answer of `/buildinfo`: a commit, a word that is none, silence, or something that cannot be read. */
  readonly says: "target" | "short target" | "another commit" | "no commit" | "silence" | "rubbish";
  /** Relation of its commit to the target; `none` if there is no history to ask. */
  readonly history: "identical" | "ahead" | "behind" | "diverged" | "absent" | "unknown" | "none";
  readonly match: "ancestry" | "strict";
  readonly verdict: LookVerdict;
}

/** Judgement of one look at a tenant. */
export const lookCases: readonly LookCase[] = [
  { says: "target", history: "none", match: "ancestry", verdict: "verified" },
  { says: "target", history: "unknown", match: "strict", verdict: "verified" },
  { says: "short target", history: "none", match: "strict", verdict: "verified" },
  { says: "another commit", history: "ahead", match: "ancestry", verdict: "ahead" },
  { says: "another commit", history: "ahead", match: "strict", verdict: "straggler" },
  { says: "another commit", history: "behind", match: "ancestry", verdict: "behind" },
  { says: "another commit", history: "behind", match: "strict", verdict: "behind" },
  { says: "another commit", history: "diverged", match: "ancestry", verdict: "diverged" },
  { says: "another commit", history: "identical", match: "ancestry", verdict: "verified" },
  { says: "another commit", history: "absent", match: "ancestry", verdict: "diverged" },
  { says: "another commit", history: "unknown", match: "ancestry", verdict: "unknown" },
  { says: "another commit", history: "none", match: "ancestry", verdict: "straggler" },
  { says: "no commit", history: "none", match: "ancestry", verdict: "straggler" },
  { says: "silence", history: "none", match: "ancestry", verdict: "unreachable" },
  { says: "rubbish", history: "none", match: "ancestry", verdict: "unknown" },
];
