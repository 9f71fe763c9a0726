import { type CommitSha, type Digest, go, type Repository, stop, type Verdict } from "@lateen/kernel";
import { toEvidence } from "./conclude.ts";
import { proveAll } from "./check-promotion.ts";
import { checkInput, mustThrow, promoteError, quietly } from "./errors.ts";
import { decideTarget } from "./decide-target.ts";
import { remembered } from "./policy.ts";
import type { PromotePorts, PromotionInput, PromotionReport } from "./promotion.ts";
import { makeReady } from "./ready.ts";
import { type BeforeCommit, runSteps } from "./steps.ts";

/** What shall be rolled back, where to, and why. */
export interface RollbackInput extends Omit<PromotionInput, "commit" | "images" | "reason" | "fleet"> {
  readonly images: readonly Repository[];
  /** The tag of the candidate of a commit, where the ledger does not know its digest. */
  readonly candidateOf: (commit: CommitSha) => string;
  /** @default the release before the newest one in the ledger that was not rolled back from */
  readonly to?: CommitSha | undefined;
  readonly reason: string;
  /**
   * Called when everything is proven and nothing has changed; moves the fleet and answers what it was seen to run. A stop
   * ends the rollback before the ledger.
   */
  readonly beforeCommit?: BeforeCommit | undefined;
}

/** Where a rollback goes. */
export interface RollbackPlan {
  /** The promotion that it comes to; digests that the ledger knows are pinned. */
  readonly promotion: PromotionInput;
  /** The release that it leaves, if the ledger has one. */
  readonly from: CommitSha | undefined;
}

/** Finds out where a rollback goes, by reading the ledger only. @throws ReleaseError of category `input` or `auth` */
export async function planRollback(
  input: RollbackInput,
  ports: PromotePorts,
  signal?: AbortSignal,
): Promise<Verdict<RollbackPlan>> {
  if (input.reason.trim() === "") {
    throw promoteError("REASON_MISSING", "input", {
      message: "a rollback needs a reason",
      fix: "say why, for those who read the ledger",
    });
  }
  const { ledger, clock } = ports;
  const past = await quietly(() => ledger.entries(remembered, signal));
  if (past.kind === "unknown" && mustThrow(past.cause)) throw past.cause;
  const decision = decideTarget(past, input.to);
  const evidence = toEvidence(
    [{ rule: "ledger", verdict: decision.verdict, fact: decision.fact, source: ledger.source }],
    clock,
  );
  if (decision.verdict !== "passed") return stop(decision.verdict, decision.fact, evidence);
  const { images, candidateOf, to: _, beforeCommit: __, ...rest } = input;
  const digests = new Map(decision.recorded?.entry.images.map(({ repository, digest }) => [repository, digest]));
  const candidate = candidateOf(decision.commit);
  const promotion = {
    ...rest,
    commit: decision.commit,
    images: images.map((repository) => pin(repository, candidate, digests)),
  };
  return go({ promotion, from: decision.from }, evidence);
}

/**
 * Makes an older release what the tags name: a new ledger entry by the same five steps, with its reason and its actor.
 *
 * What was rolled back from is held afterwards: promoting it again is refused until a strict descendant comes.
 * @throws ReleaseError before the commit point only: of category `input`, `auth` or `interrupted`
 */
export async function rollback(
  input: RollbackInput,
  ports: PromotePorts,
  signal?: AbortSignal,
): Promise<Verdict<PromotionReport>> {
  const plan = await planRollback(input, ports, signal);
  if (plan.kind === "stop") return { ...plan, value: undefined };
  return runSteps({ kind: "rollback", input: plan.value.promotion, beforeCommit: input.beforeCommit }, ports, signal);
}

/** Answers whether {@link rollback} would go ahead now, and changes nothing; `beforeCommit` is not called. */
export async function checkRollback(
  input: RollbackInput,
  ports: PromotePorts,
  signal?: AbortSignal,
): Promise<Verdict<PromotionReport>> {
  const plan = await planRollback(input, ports, signal);
  if (plan.kind === "stop") return { ...plan, value: undefined };
  checkInput(plan.value.promotion);
  const ready = await makeReady("rollback", plan.value.promotion, proveAll, ports, signal);
  if (ready.kind === "stop") return ready;
  return go(ready.value.report, [...plan.evidence, ...toEvidence(ready.value.findings, ports.clock)]);
}

function pin(
  repository: Repository,
  candidate: string,
  digests: ReadonlyMap<Repository, Digest>,
): PromotionInput["images"][number] {
  return { repository, candidate, digest: digests.get(repository) };
}
