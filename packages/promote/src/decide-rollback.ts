import type { CommitSha, Reading } from "@lateen/kernel";
import { decideTarget } from "./decide-target.ts";
import type { LedgerHead } from "./ledger.ts";

/** What is known of one promotion target before it is rolled back. */
export interface RollbackFacts {
  /** Name of the target. */
  readonly target: string;
  /** Its ledger, newest entry first. */
  readonly past: Reading<readonly LedgerHead[]>;
  /** Whether every tag names what the newest entry says; only asked where that entry is a rollback. */
  readonly follows?: Reading<boolean> | undefined;
}

/** Which release all targets go back to, or why they go nowhere. */
export type RollbackDecision =
  | { readonly verdict: "passed"; readonly commit: CommitSha; readonly fact: string }
  | { readonly verdict: "refused" | "unknown"; readonly fact: string };

/**
 * Decides where a rollback of several targets goes, which is one release: the fleet can only run one.
 *
 * A rollback that was cut short is completed before anything goes further back: one whose tags do not name it yet, or that
 * another target, which still is where this one was, has not taken part in.
 */
export function decideRollback(facts: readonly RollbackFacts[], to: CommitSha | undefined): RollbackDecision {
  for (const { target, past } of facts) {
    if (past.kind === "unknown") return { verdict: "unknown", fact: of(facts, target, textOf(past, to)) };
  }
  const cut = to === undefined ? facts.map((fact) => cutShort(fact, facts)) : [];
  const unread = cut.find((one) => one.kind === "unknown");
  if (unread !== undefined) return { verdict: "unknown", fact: unread.fact };
  const open = new Set(cut.flatMap((one) => (one.kind === "cut short" ? [one.commit] : [])));
  const [only] = open;
  if (open.size === 1 && only !== undefined) {
    return {
      verdict: "passed",
      commit: only,
      fact: `the rollback to ${only.slice(0, 12)} was cut short, and is completed`,
    };
  }
  return agree(facts, to);
}

/** Without a commit every target has a release before the present one; they have to be the same. */
function agree(facts: readonly RollbackFacts[], to: CommitSha | undefined): RollbackDecision {
  const decided = facts.map(({ target, past }) => ({ target, decision: decideTarget(past, to) }));
  const listed = decided.map(({ target, decision }) => of(facts, target, decision.fact)).join("; ");
  const refused = decided.find(({ decision }) => decision.verdict !== "passed");
  const oneOnly = facts.length === 1 ? "" : "; or name one target with --target";
  if (refused !== undefined) return { verdict: "refused", fact: `${listed}${oneOnly}` };
  const commits = new Set(decided.flatMap(({ decision }) => (decision.verdict === "passed" ? [decision.commit] : [])));
  const [commit] = commits;
  if (commit !== undefined && commits.size === 1) return { verdict: "passed", commit, fact: listed };
  const fix = "name the release with --to, or one target with --target";
  return { verdict: "refused", fact: `the targets do not agree on the release before: ${listed}; ${fix}` };
}

type Cut =
  | { readonly kind: "no" }
  | { readonly kind: "cut short"; readonly commit: CommitSha }
  | { readonly kind: "unknown"; readonly fact: string };

function cutShort({ target, past, follows }: RollbackFacts, facts: readonly RollbackFacts[]): Cut {
  const newest = newestOf(past);
  if (newest?.kind !== "rollback") return { kind: "no" };
  const { commit, from } = newest;
  const left = facts.some((other) => from !== undefined && newestOf(other.past)?.commit === from);
  if (left || (follows?.kind === "found" && !follows.value)) return { kind: "cut short", commit };
  if (follows?.kind !== "unknown") return { kind: "no" };
  const fact = `whether the rollback to ${commit.slice(0, 12)} is complete, could not be read: ${follows.cause.message}`;
  return { kind: "unknown", fact: of(facts, target, `${fact}; run again, or name the release with --to`) };
}

function newestOf(past: RollbackFacts["past"]): LedgerHead["entry"] | undefined {
  return past.kind === "found" ? past.value[0]?.entry : undefined;
}

function textOf(past: RollbackFacts["past"], to: CommitSha | undefined): string {
  return decideTarget(past, to).fact;
}

/** With one target there is nothing to tell apart. */
function of(facts: readonly RollbackFacts[], target: string, fact: string): string {
  return facts.length === 1 ? fact : `${target}: ${fact}`;
}
