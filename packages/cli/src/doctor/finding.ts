import { asReleaseError, type Reading, type ReleaseError } from "@lateen/kernel";

/**
 * What was found about one thing that `ship` will need. `gap`: it will not work until somebody changes something. `trouble`: it did
 * not work now and may work later. `warning`: it works, with less than it could have.
 */
export interface Finding {
  readonly check: string;
  readonly verdict: "ok" | "warning" | "gap" | "trouble";
  readonly fact: string;
  readonly fix?: string | undefined;
}

/** One thing that is looked at; it has no visible effect. */
export interface Examination {
  readonly check: string;
  look(): Promise<Finding | readonly Finding[]>;
}

/** A finding that is well. */
export function well(check: string, fact: string): Finding {
  return { check, verdict: "ok", fact };
}

/** A finding of what a reading said; absence is as good as a value unless `absent` says otherwise. */
export function read<T>(
  check: string,
  reading: Reading<T>,
  describe: (value: T) => string,
  absent?: (proof: string) => Finding,
): Finding {
  if (reading.kind === "found") return well(check, describe(reading.value));
  if (reading.kind === "absent") return absent?.(reading.proof) ?? well(check, reading.proof);
  return failed(check, reading.cause);
}

/** An error as a finding: what only a person can change is a gap, what may pass is trouble. */
export function failed(check: string, thrown: unknown): Finding {
  const error: ReleaseError = asReleaseError(thrown);
  const verdict = error.category === "unavailable" ? "trouble" : "gap";
  return { check, verdict, fact: [error.message, error.why].filter(Boolean).join(": "), fix: error.fix };
}

/** Looks at everything side by side; what throws becomes a finding too. */
export async function examine(examinations: readonly Examination[]): Promise<readonly Finding[]> {
  const found = await Promise.all(
    examinations.map(async ({ check, look }) => look().catch((error: unknown) => failed(check, error))),
  );
  return found.flat();
}
