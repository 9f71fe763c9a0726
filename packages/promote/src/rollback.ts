import { type CommitSha, go, type Release, stop, type Verdict } from "@lateen/kernel";
import { chooseRelease, readPast } from "./steps/choose-release.ts";
import { codeOf, proven, toEvidence } from "./report/conclude.ts";
import { decideRollbackTarget } from "./decide/rollback-target.ts";
import { checkInput } from "./errors.ts";
import { prepare } from "./steps/prepare.ts";
import type { PromotePorts, PromotionInput, PromotionReport } from "./promotion.ts";
import { planAndPrepare } from "./steps/plan-and-prepare.ts";
import type { RollbackInput } from "./rollback-input.ts";
import type { Finding } from "./decide/rules.ts";
import { runSteps } from "./steps/run-steps.ts";

/** Target of a rollback with its promotions. */
interface RollbackPlan {
  /** The resulting promotion; digests that the ledger knows are pinned. */
  readonly promotion: PromotionInput;
  /** The release that it leaves, if the ledger has one. */
  readonly from: CommitSha | undefined;
}

/** Finds out where a rollback of one target goes, and changes nothing. @throws ReleaseError of category `input` or `auth` */
async function planRollback(
  input: RollbackInput,
  ports: PromotePorts,
  signal?: AbortSignal,
): Promise<Verdict<RollbackPlan>> {
  // A named release is not chosen: the ledger is read once.
  const chosen =
    input.to === undefined
      ? await chooseRelease([{ input, ports }], undefined, signal)
      : { kind: "go" as const, value: input.to, evidence: [] };
  if (chosen.kind === "stop") return { ...chosen, value: undefined };
  const { ledger, clock } = ports;
  const decision = decideRollbackTarget(await readPast({ input, ports }, signal), chosen.value);
  const { verdict, fact } = decision;
  const finding: Finding = { rule: "ledger", verdict, fact, source: ledger.source };
  const evidence = [...chosen.evidence, ...toEvidence([finding], clock)];
  if (decision.verdict !== "passed")
    return stop({ outcome: decision.verdict, code: codeOf("ledger", decision.verdict), reason: fact, evidence });
  const { images, candidateOf, pinOf, to: _, beforeCommit: __, ...rest } = input;
  const recorded = decision.recorded?.entry.images ?? [];
  const digests: Release["digests"] = Object.fromEntries(
    recorded.map(({ repository, digest }) => [repository, digest]),
  );
  const candidate = candidateOf(decision.commit);
  const promotion = {
    ...rest,
    release: { sha: decision.commit, digests },
    pin: pinOf?.(decision.commit),
    images: images.map((repository) => ({ repository, candidate })),
  };
  return go({ promotion, from: decision.from }, proven(evidence));
}

/**
 * Makes an older release what the tags name: a new ledger entry by the same five steps, with its reason and its actor.
 *
 * The release that was rolled back from is held afterwards: promoting it again is refused until a strict descendant comes.
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

/**
 * Proves that {@link rollback} would go ahead now, and copies missing content to where it lacks; no tag moves, and
 * `beforeCommit` is not called. Of several targets all are prepared before the fleet moves.
 * @throws ReleaseError of category `input`, `auth` or `interrupted`
 */
export async function prepareRollback(
  input: RollbackInput,
  ports: PromotePorts,
  signal?: AbortSignal,
): Promise<Verdict<PromotionReport>> {
  const plan = await planRollback(input, ports, signal);
  if (plan.kind === "stop") return { ...plan, value: undefined };
  checkInput(plan.value.promotion);
  const ready = await planAndPrepare("rollback", plan.value.promotion, prepare, ports, signal);
  if (ready.kind === "stop") return ready;
  return go(ready.value.report, proven([...plan.evidence, ...toEvidence(ready.value.findings, ports.clock)]));
}
