import { asReleaseError, type ReleaseError } from "@lateen/kernel";
import { mustThrow, promoteError, readWithoutThrowing } from "../errors.ts";
import type { LedgerEntry } from "../ports/ledger-entry.ts";
import type { Appended, Ledger, LedgerHead } from "../ports/ledger.ts";

/** Outcome of the entry. `refused`: it is not there. `unknown`: it may or may not be there, and nothing may be done on the strength of it. */
export type AppendOutcome =
  | { readonly kind: "committed"; readonly head: LedgerHead }
  | { readonly kind: "lost"; readonly head: LedgerHead }
  | { readonly kind: "refused"; readonly cause: ReleaseError }
  | { readonly kind: "unknown"; readonly cause: ReleaseError };

/** Appends per commit at most. Sending the same entry again is safe: the ledger takes it after one predecessor only. */
const attempts = 3;
/** Maximum number of entries searched for our own after a doubtful append; far more than promotions in a minute. */
const searched = 20;

/**
 * Appends `entry` after `expected`: the one moment that decides a promotion.
 *
 * @throws ReleaseError of category `auth` where the ledger refuses the credentials, `INTERRUPTED` before anything was sent
 */
export async function appendEntry(
  ledger: Ledger,
  expected: string | null,
  entry: LedgerEntry,
  signal: AbortSignal | undefined,
): Promise<AppendOutcome> {
  for (let attempt = 1; ; attempt++) {
    const appended = await append(ledger, expected, entry, signal);
    if (appended.kind === "appended") return { kind: "committed", head: appended.head };
    if (appended.kind === "lost" && appended.head.entry.nonce === entry.nonce)
      return { kind: "committed", head: appended.head };
    const seen = await look(ledger, expected, entry);
    if (seen !== "not there") return seen;
    if (appended.kind === "refused") return appended;
    const cause = appended.kind === "unknown" ? appended.cause : undefined;
    if (cause?.category === "auth") throw cause;
    if (cause !== undefined && !cause.retryable) return { kind: "unknown", cause };
    if (attempt >= attempts) return { kind: "unknown", cause: cause ?? wavering(ledger.source) };
  }
}

async function append(
  ledger: Ledger,
  expected: string | null,
  entry: LedgerEntry,
  signal: AbortSignal | undefined,
): Promise<Appended> {
  try {
    return await ledger.append(expected, entry, signal);
  } catch (error) {
    if (mustThrow(error)) throw error;
    return { kind: "unknown", cause: asReleaseError(error) };
  }
}

/** Looks for our entry. It takes no signal: once an append was sent, the answer is owed. */
async function look(ledger: Ledger, expected: string | null, entry: LedgerEntry): Promise<AppendOutcome | "not there"> {
  const seen = await readWithoutThrowing(() => ledger.entries(searched));
  if (seen.kind === "unknown") return { kind: "unknown", cause: seen.cause };
  const heads = seen.kind === "absent" ? [] : seen.value;
  const own = heads.find((head) => head.entry.nonce === entry.nonce);
  if (own !== undefined) return { kind: "committed", head: own };
  const [newest] = heads;
  return newest === undefined || newest.id === expected ? "not there" : { kind: "lost", head: newest };
}

/** Two answers that cannot both be true: a server behind which not all copies are the same, say. */
function wavering(source: string): ReleaseError {
  return promoteError("LEDGER_WAVERS", "state", {
    message: `${source} refuses the entry because of a newer one, and then shows none`,
    fix: "see that its server answers reads and writes from the same place",
  });
}
