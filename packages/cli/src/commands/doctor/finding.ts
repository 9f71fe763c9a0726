import { asReleaseError, type Reading, type ReleaseError } from "@lateen/kernel";
import type { Finding } from "../../output/result.ts";
import { describePermissions, type PermissionRow, permissionRows } from "./permissions.table.ts";

/**
 * Finding about one thing that `ship` will need. `gap`: it will not work until somebody changes something. `trouble`: it did
 * not work now and may work later. `warning`: it works, with less than it could have.
 */
export type { Finding };

/** One thing that is looked at; it has no visible effect. */
export interface Examination {
  readonly check: string;
  look(): Promise<Finding | readonly Finding[]>;
}

export function well(check: string, fact: string): Finding {
  return { check, verdict: "ok", fact };
}

/** A finding that something will not work until somebody changes it. */
export function gap(check: string, fact: string, fix: string, about?: Finding["about"]): Finding {
  return { check, verdict: "gap", fact, fix, about };
}

/** A finding that something works, with less than it could have. */
export function warning(check: string, fact: string, fix: string, about?: Finding["about"]): Finding {
  return { check, verdict: "warning", fact, fix, about };
}

/** A finding that something did not work now. */
export function trouble(check: string, fact: string, fix: string): Finding {
  return { check, verdict: "trouble", fact, fix };
}

/** A finding of what a reading said; absence is as good as a value unless `absent` says otherwise. */
export function read<T>(
  check: string,
  reading: Reading<T>,
  describe: (value: T) => string,
  { absent, need }: { readonly absent?: (proof: string) => Finding; readonly need?: Need } = {},
): Finding {
  if (reading.kind === "found") return well(check, describe(reading.value));
  if (reading.kind === "absent") return absent?.(reading.proof) ?? well(check, reading.proof);
  return failed(check, reading.cause, need);
}

/** Need for a permission, and the family of forges. */
export type Need = readonly [kind: "github" | "gitea", need: PermissionRow["need"]];

/** Steps that give a token what it needs, in the words of its forge. */
export function permissionFix([kind, need]: Need): string {
  const permissions = permissionRows.flatMap((row) => (row.need === need ? [row[kind]] : []));
  return `give the token the ${kind === "github" ? "permission" : "scope"} ${describePermissions(permissions)}`;
}

/**
 * An error as a finding: what only a person can change is a gap, what may pass by itself is trouble.
 *
 * @param need - What a token that is turned away lacks.
 */
export function failed(check: string, thrown: unknown, need?: Need): Finding {
  const error: ReleaseError = asReleaseError(thrown);
  // A certificate that is not trusted, a redirect: the server answers, and will answer the same tomorrow.
  const verdict = error.category === "unavailable" && error.retryable ? "trouble" : "gap";
  const fact = [error.message, error.why].filter(Boolean).join(": ");
  return {
    check,
    verdict,
    fact,
    fix:
      need !== undefined && lacksPermission.has(error.code) ? permissionFix(need) : (error.fix ?? "run again with -v"),
    ...(error.category === "auth" ? { about: "credentials" } : {}),
  };
}

/** git has one message for a token that is wrong and one that may too little. */
const lacksPermission: ReadonlySet<string> = new Set(["FORGE_FORBIDDEN", "GIT_AUTH"]);

/** Looks at everything side by side; what throws becomes a finding too, and only an interruption ends it. */
export async function examine(examinations: readonly Examination[]): Promise<readonly Finding[]> {
  const found = await Promise.all(
    examinations.map(async ({ check, look }) =>
      look().catch((thrown: unknown) => {
        if (asReleaseError(thrown).category === "interrupted") throw thrown;
        return failed(check, thrown);
      }),
    ),
  );
  return found.flat();
}
