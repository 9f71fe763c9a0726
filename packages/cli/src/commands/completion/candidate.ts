/** Something that may stand next, and what it means. */
export interface Candidate {
  readonly value: string;
  readonly about: string;
}

/** Everything that may stand in one place. */
export interface Offer {
  readonly candidates: readonly Candidate[];
  /** True if any file may be given too: the shell knows better how to list them. @default false */
  readonly files?: boolean;
}
