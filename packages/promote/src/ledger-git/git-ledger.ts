import { type AppendLog, found, type LogEntry, type Reading, type ReleaseError, unknown } from "@lateen/kernel";
import { promoteError } from "../errors.ts";
import type { Appended, Ledger, LedgerHead } from "../ports/ledger.ts";
import { type LedgerEntry, ledgerEntrySchema } from "../ports/ledger-entry.ts";
import { describeEntry } from "./describe-entry.ts";

/**
 * A ledger on an append-only log: one entry per promotion, with the log's own compare-and-swap.
 *
 * An entry that something else wrote makes every read `unknown` (`LEDGER_ENTRY_FOREIGN`): a ledger is trusted whole or not.
 * @example
 * const remote = "https://git.example.com/acme/core.git";
 * const ledger = createGitLedger(createGitRefLog({ remote, ref: ledgerRef("default"), token, env }));
 */
export function createGitLedger(log: AppendLog): Ledger {
  const { source } = log;
  return {
    source,
    read: async (signal) => chain(await log.read(signal), (entry) => toHead(entry, source)),
    entries: async (limit, signal) =>
      chain(await log.entries({ limit }, signal), (entries) => toHeads(entries, source)),
    append: async (expected, entry, signal): Promise<Appended> => {
      checkEntry(entry);
      const appended = await log.append(expected, { ...describeEntry(entry), value: entry }, signal);
      if (appended.kind === "unknown")
        return appended.cause.code === "GIT_PUSH_REFUSED" ? { ...appended, kind: "refused" } : appended;
      const head = toHead(appended.head, source);
      return head.kind === "found"
        ? { kind: appended.kind, head: head.value }
        : { kind: "unknown", cause: (head as { cause: ReleaseError }).cause };
    },
  };
}

/** Refuses an entry that could not be read back: it would close the ledger for every promoter. @throws ReleaseError */
function checkEntry(entry: LedgerEntry): void {
  const parsed = ledgerEntrySchema.safeParse(entry);
  if (parsed.success) return;
  const [issue] = parsed.error.issues;
  const message = `the entry cannot be written: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not an entry"}`;
  throw promoteError("LEDGER_ENTRY_INVALID", "input", { message, fix: "shorten or correct what was given" });
}

/** One issue is reported; an entry that something else wrote may hold as many as it has values. */
const firstIssueOnly: object = { abortEarly: true };

function toHead({ id, position, value }: LogEntry, source: string): Reading<LedgerHead> {
  const parsed = ledgerEntrySchema.safeParse(value, firstIssueOnly);
  if (parsed.success) return found({ id, position, entry: parsed.data });
  const [issue] = parsed.error.issues;
  const why = `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not an entry"}`;
  const fix = "look at it with git log; if it is a mistake, push the last good entry to the ref by hand";
  return unknown(
    promoteError("LEDGER_ENTRY_FOREIGN", "state", {
      message: `entry ${position} of ${source} is not a promotion`,
      why,
      fix,
    }),
  );
}

function toHeads(entries: readonly LogEntry[], source: string): Reading<readonly LedgerHead[]> {
  const heads: LedgerHead[] = [];
  for (const entry of entries) {
    const head = toHead(entry, source);
    if (head.kind !== "found") return head;
    heads.push(head.value);
  }
  return found(heads);
}

function chain<T, U>(reading: Reading<T>, next: (value: T) => Reading<U>): Reading<U> {
  return reading.kind === "found" ? next(reading.value) : reading;
}
