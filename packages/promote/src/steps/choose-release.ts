import { type CommitSha, go, type Reading, stop, type Verdict } from "@lateen/kernel";
import { codeOf, proven, toEvidence } from "../report/conclude.ts";
import { decideRollback } from "../decide/rollback.ts";
import { promoteError, readOrThrow } from "../errors.ts";
import type { LedgerHead } from "../ports/ledger.ts";
import { remembered } from "../policy.ts";
import { tagsMatchLedger } from "../facts/tags-match-ledger.ts";
import type { RollbackPart } from "../rollback-input.ts";
import { entryAuthor } from "./compose-entry.ts";

/**
 * Finds out which release several targets go back to: the same for all, since there is one fleet. It reads ledgers, and the
 * tags of a target whose newest entry is a rollback.
 * @throws ReleaseError of category `input` or `auth`
 */
export async function chooseRelease(
  parts: readonly [RollbackPart, ...RollbackPart[]],
  to: CommitSha | undefined,
  signal?: AbortSignal,
): Promise<Verdict<CommitSha>> {
  const read = await Promise.all(parts.map(async (part) => ({ part, past: await readPast(part, signal) })));
  const facts = await Promise.all(
    read.map(async ({ part: { input, ports }, past }) => ({
      target: input.target ?? "default",
      past,
      follows: to === undefined ? await tagsMatchLedger(past, input, ports, signal) : undefined,
    })),
  );
  const [{ input, ports }] = parts;
  const decision = decideRollback(facts, { to, run: entryAuthor(input) });
  const { verdict, fact } = decision;
  if (decision.verdict === "passed" && decision.begun)
    ports.report({ type: "rollback-taken-up", commit: decision.commit, why: fact });
  const source = [...new Set(parts.map((part) => part.ports.ledger.source))].join(", ");
  const evidence = toEvidence([{ rule: "ledger", verdict, fact, source }], ports.clock);
  if (decision.verdict === "passed") return go(decision.commit, proven(evidence));
  return stop({ outcome: decision.verdict, code: codeOf("ledger", decision.verdict), reason: fact, evidence });
}

/** The entries that are remembered; `unknown` where they cannot be read. @throws ReleaseError `REASON_MISSING`, or of category `auth` */
export async function readPast(
  { input, ports }: RollbackPart,
  signal: AbortSignal | undefined,
): Promise<Reading<readonly LedgerHead[]>> {
  if (input.reason.trim() === "") {
    throw promoteError("REASON_MISSING", "input", {
      message: "a rollback needs a reason",
      fix: "say why, for those who read the ledger",
    });
  }
  return readOrThrow(() => ports.ledger.entries(remembered, signal));
}
