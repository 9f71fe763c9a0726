/** A word that answers say of a tenant, and what it means. */
export interface TenantWordRow {
  readonly word: string;
  readonly meaning: string;
}

/** The same words in text, JSON, report and documentation; `quarantined` and `pinned` name the lists of the result that they are in. */
export const tenantWords: readonly TenantWordRow[] = [
  { word: "verified", meaning: "It was seen to run the release, as often as `verify` asks for." },
  { word: "ahead", meaning: "It runs a descendant of the release." },
  { word: "failed", meaning: "It does not run the release, or it was reported unhealthy." },
  { word: "not started", meaning: "Its turn has not come, or the rollout ended before it; it runs what it ran." },
  { word: "moving", meaning: "It was handed to the control plane, and is not proven yet." },
  { word: "mixed", meaning: "It keeps showing the release and another commit by turns." },
  { word: "unreachable", meaning: "It did not answer." },
  { word: "unknown", meaning: "It answered, and the answer proves nothing." },
  { word: "quarantined", meaning: "It was broken before the first move." },
  { word: "pinned", meaning: "The configuration keeps it where it is." },
];
