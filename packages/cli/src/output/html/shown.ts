type Slugs = readonly string[];
type Stages = readonly { readonly name: string; readonly slugs: Slugs }[];
type Tenants = readonly { readonly slug: string }[];
type Baseline = readonly (readonly [
  slug: string,
  seen: { readonly kind: string; readonly sha?: string | undefined },
])[];

interface Facts {
  readonly "rollout-started": { readonly release: { readonly sha: string; readonly tag: string } };
  readonly "fleet-enumerated": { readonly tenants: Tenants };
  readonly "baseline-read": { readonly tenants: Baseline };
  readonly "stages-planned": { readonly stages: Stages };
  readonly "fleet-enumerated-again": { readonly born: Tenants; readonly baseline: Baseline; readonly stages: Stages };
  readonly "wave-started": { readonly wave: string; readonly slugs: Slugs; readonly canary: boolean };
  readonly "tenants-posted": { readonly wave: string; readonly slugs: Slugs; readonly attempt: number };
  readonly "tenant-verified": { readonly slug: string; readonly sha: string; readonly verdict: string };
  readonly "tenant-failed": { readonly slug: string; readonly reason: string; readonly sha?: string | undefined };
  readonly "soak-started": { readonly wave: string; readonly until: number };
  readonly "soak-probed": { readonly wave: string; readonly healthy: number; readonly total: number };
  readonly "wave-finished": { readonly wave: string; readonly failureBound: number };
  readonly "rollout-finished": { readonly outcome: string; readonly reason: string };
}

/** One fact of a journal, or event of a stream, as far as the timeline shows it; `at` in milliseconds since the epoch. */
export type Fact = { [T in keyof Facts]: { readonly type: T; readonly at: number } & Facts[T] }[keyof Facts];

interface Moved {
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/** One fact of a decision. */
export interface ShownEvidence {
  readonly rule: string;
  readonly verdict: string;
  readonly fact: string;
  readonly source: string;
  readonly at: string;
}

/** One rule and what it rests on. */
export interface ShownRule {
  readonly rule: string;
  readonly verdict: string;
  /** One sentence; absent where the facts speak for themselves. */
  readonly fact?: string | undefined;
  /** What would make it say something else. */
  readonly change?: string | undefined;
  readonly facts: readonly ShownEvidence[];
}

interface Entry {
  readonly entry: string;
  readonly position: number;
}

/** What became of one promotion target. */
export interface ShownTarget {
  readonly name: string;
  readonly state: string;
  readonly committed: boolean;
  readonly tags: readonly string[];
  readonly ledger?: Entry | undefined;
  readonly reason?: string | undefined;
}

/** A result document as far as it is shown. */
export interface ShownDocument {
  readonly outcome: string;
  readonly command?: string | undefined;
  readonly reason?: string | undefined;
  readonly commit?: string | undefined;
  readonly supersededBy?: string | undefined;
  readonly images: readonly {
    readonly repository: string;
    readonly candidate?: string | undefined;
    readonly digest?: string | undefined;
    readonly tags: readonly ({ readonly tag: string; readonly action: string } & Moved)[];
  }[];
  readonly gate?:
    | {
        readonly verdict: string;
        readonly checks: readonly { readonly name: string; readonly state: string; readonly url: string }[];
      }
    | undefined;
  readonly fleet?:
    | {
        readonly enumerated: number;
        readonly tenants: readonly ({
          readonly slug: string;
          readonly verdict: string;
          readonly wave?: string | undefined;
        } & Moved)[];
      }
    | undefined;
  readonly ledger?: Entry | undefined;
  readonly targets: readonly ShownTarget[];
  /** The command line that completes what was begun. */
  readonly next?: string | undefined;
  readonly explanation: readonly ShownRule[];
  readonly evidence: readonly ShownEvidence[];
  readonly error?:
    | {
        readonly code: string;
        readonly message: string;
        readonly why?: string | undefined;
        readonly fix?: string | undefined;
      }
    | undefined;
}
