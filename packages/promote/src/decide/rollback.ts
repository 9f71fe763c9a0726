import type { CommitSha, Reading } from "@lateen/kernel";
import { decideRollbackTarget } from "./rollback-target.ts";
import type { LedgerEntry } from "../ports/ledger-entry.ts";
import type { LedgerHead } from "../ports/ledger.ts";

/** Facts about one promotion target before it is rolled back. */
export interface RollbackFacts {
  /** Name of the target. */
  readonly target: string;
  /** Its ledger, newest entry first. */
  readonly past: Reading<readonly LedgerHead[]>;
  /** True if every tag names what the newest entry says; only asked if that entry is a rollback. */
  readonly follows?: Reading<boolean> | undefined;
}

export interface RollbackWish {
  /** The release that somebody has named. */
  readonly to?: CommitSha | undefined;
  /** Facts in the entries of this very run; absent outside of a job, where two runs cannot be distinguished. */
  readonly run?: Pick<LedgerEntry, "runUrl" | "reason"> | undefined;
}

const waysOut = "name the release with --to, or one target with --target";

/** Release that all targets go back to, or the reason why there is none. */
export type RollbackDecision =
  | {
      readonly verdict: "passed";
      readonly commit: CommitSha;
      /** True if an earlier rollback went there, which is completed, or is complete already. */
      readonly begun: boolean;
      readonly fact: string;
    }
  | { readonly verdict: "refused" | "unknown"; readonly fact: string };

/**
 * Decides where a rollback of several targets goes, which is one release: the fleet can only run one.
 *
 * One run goes back once: if its answer was lost and it is run again, it gets the same one. A rollback that was cut short is completed
 * before anything goes further back: one whose tags do not name it yet, or that another target, which still is where this one
 * was, has not taken part in.
 */
export function decideRollback(facts: readonly RollbackFacts[], { to, run }: RollbackWish): RollbackDecision {
  for (const { target, past } of facts) {
    if (past.kind === "unknown")
      return { verdict: "unknown", fact: of(facts, target, decideRollbackTarget(past, to).fact) };
  }
  if (to !== undefined) return agree(facts, to);
  return ownOf(facts, run) ?? cutShortOf(facts) ?? agree(facts, undefined);
}

/** Release that this very run went back to before; undefined if there is none. */
function ownOf(facts: readonly RollbackFacts[], run: RollbackWish["run"]): RollbackDecision | undefined {
  if (run?.runUrl === undefined) return undefined;
  const own = facts.flatMap(({ target, past }) => {
    const heads = past.kind === "found" ? past.value : [];
    const at = heads.findIndex(
      ({ entry }) => entry.kind === "rollback" && entry.runUrl === run.runUrl && entry.reason === run.reason,
    );
    const head = heads[at];
    return head === undefined ? [] : [{ target, commit: head.entry.commit, newer: at === 0 ? undefined : heads[0] }];
  });
  const overtaken = own.find(({ newer }) => newer !== undefined);
  if (overtaken?.newer !== undefined) {
    const { target, commit, newer } = overtaken;
    const fact = `this run went back to ${short(commit)} before, and ${short(newer.entry.commit)} came after it`;
    return { verdict: "refused", fact: of(facts, target, `${fact}; start another run, or name the release with --to`) };
  }
  return oneOf(own, (commit) => `this run went back to ${short(commit)} before, and goes there and no further`);
}

/** Release of a rollback that was cut short; undefined if there is none. */
function cutShortOf(facts: readonly RollbackFacts[]): RollbackDecision | undefined {
  const cut = facts.map((fact) => ({ target: fact.target, ...cutShort(fact, facts) }));
  const unread = cut.find((one) => one.kind === "unknown");
  if (unread !== undefined) return { verdict: "unknown", fact: unread.fact };
  const open = cut.flatMap((one) => (one.kind === "cut short" ? [one] : []));
  return oneOf(open, (commit) => `the rollback to ${short(commit)} was cut short, and is completed`);
}

/** The one release that was begun with; several contradict each other, and only a person knows which one counts. */
function oneOf(
  begun: readonly { readonly target: string; readonly commit: CommitSha }[],
  say: (commit: CommitSha) => string,
): RollbackDecision | undefined {
  const [first] = begun;
  if (first === undefined) return undefined;
  const { commit } = first;
  if (begun.every((one) => one.commit === commit)) return { verdict: "passed", commit, begun: true, fact: say(commit) };
  const listed = begun.map((one) => `${one.target}: ${short(one.commit)}`).join("; ");
  return { verdict: "refused", fact: `rollbacks that were begun contradict each other: ${listed}; ${waysOut}` };
}

/** Without a commit every target has a release before the present one; they have to be the same. */
function agree(facts: readonly RollbackFacts[], to: CommitSha | undefined): RollbackDecision {
  const decided = facts.map(({ target, past }) => ({ target, decision: decideRollbackTarget(past, to) }));
  const listed = decided.map(({ target, decision }) => of(facts, target, decision.fact)).join("; ");
  const refused = decided.find(({ decision }) => decision.verdict !== "passed");
  const oneOnly = facts.length === 1 ? "" : "; or name one target with --target";
  if (refused !== undefined) return { verdict: "refused", fact: `${listed}${oneOnly}` };
  const commits = new Set(decided.flatMap(({ decision }) => (decision.verdict === "passed" ? [decision.commit] : [])));
  const [commit] = commits;
  if (commit !== undefined && commits.size === 1) return { verdict: "passed", commit, begun: false, fact: listed };
  return { verdict: "refused", fact: `the targets do not agree on the release before: ${listed}; ${waysOut}` };
}

type Cut =
  | { readonly kind: "no" }
  | { readonly kind: "cut short"; readonly commit: CommitSha }
  | { readonly kind: "unknown"; readonly fact: string };

function cutShort({ target, past, follows }: RollbackFacts, facts: readonly RollbackFacts[]): Cut {
  const newest = newestOf(past);
  if (newest?.kind !== "rollback") return { kind: "no" };
  const { commit, from } = newest;
  // One that stayed where it was, since a tag was added, has left no target behind.
  const hasLeft = from !== undefined && from !== commit;
  const left = hasLeft && facts.some((other) => newestOf(other.past)?.commit === from);
  if (left || (follows?.kind === "found" && !follows.value)) return { kind: "cut short", commit };
  if (follows?.kind === "found") return { kind: "no" };
  const why = follows?.kind === "unknown" ? follows.cause.message : "its tags were not looked at";
  const fact = `whether the rollback to ${short(commit)} is complete could not be read: ${why}`;
  return { kind: "unknown", fact: of(facts, target, `${fact}; run again, or name the release with --to`) };
}

function newestOf(past: RollbackFacts["past"]): LedgerEntry | undefined {
  return past.kind === "found" ? past.value[0]?.entry : undefined;
}

function short(commit: CommitSha): string {
  return commit.slice(0, 12);
}

/** With one target there is nothing to tell apart. */
function of(facts: readonly RollbackFacts[], target: string, fact: string): string {
  return facts.length === 1 ? fact : `${target}: ${fact}`;
}
