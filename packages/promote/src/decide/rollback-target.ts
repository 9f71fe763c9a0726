import type { CommitSha, Reading } from "@lateen/kernel";
import type { LedgerHead } from "../ports/ledger.ts";

/** Release to roll back to, or the reason why there is none. */
export type RollbackTarget =
  | {
      readonly verdict: "passed";
      readonly fact: string;
      readonly commit: CommitSha;
      /** The release that is left. */
      readonly from: CommitSha | undefined;
      /** The newest entry of that commit, whose digests beat its tags. */
      readonly recorded: LedgerHead | undefined;
    }
  | { readonly verdict: "refused" | "unknown"; readonly fact: string };

/**
 * Decides where a rollback goes, from the ledger's entries, newest first.
 *
 * Without a commit it is the newest release that is neither the present one nor one that was rolled back from: rolling back
 * twice goes back two releases, not forward again.
 */
export function decideRollbackTarget(past: Reading<readonly LedgerHead[]>, to: CommitSha | undefined): RollbackTarget {
  if (past.kind === "unknown") {
    return {
      verdict: "unknown",
      fact: `the ledger could not be read: ${past.cause.message}; ${past.cause.fix ?? "run again"}`,
    };
  }
  const heads = past.kind === "found" ? past.value : [];
  const newest = heads[0]?.entry;
  const candidates = heads.filter(({ entry }) => {
    return to === undefined
      ? entry.commit !== newest?.commit && newest?.hold.includes(entry.commit) !== true
      : entry.commit === to;
  });
  const [recorded] = candidates;
  const commit = to ?? recorded?.entry.commit;
  if (commit === undefined) {
    const fact = heads.length === 0 ? "the ledger is empty" : "the ledger has no earlier release";
    return { verdict: "refused", fact: `${fact}; name the commit to roll back to with --to` };
  }
  const known =
    recorded === undefined
      ? "is not in the ledger, its candidates are looked up by tag"
      : `is entry ${recorded.position}`;
  return { verdict: "passed", fact: `${commit.slice(0, 12)} ${known}`, commit, from: newest?.commit, recorded };
}
