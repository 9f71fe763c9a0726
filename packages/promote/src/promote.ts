import { go, type Verdict } from "@lateen/kernel";
import { checkInput } from "./errors.ts";
import type { PromotePorts, PromotionInput, PromotionReport } from "./promotion.ts";
import { proven, toEvidence } from "./report/conclude.ts";
import { planAndPrepare } from "./steps/plan-and-prepare.ts";
import { proveAllWritable } from "./steps/prepare.ts";
import { runSteps } from "./steps/run-steps.ts";

/**
 * Makes a release what the tags name: everywhere or nowhere, never backwards.
 *
 * It plans, prepares, commits to the ledger, applies and settles. Stops: `refused` and `unknown` (nothing has moved),
 * `superseded` (a newer entry came, and the tags name it), `partial` (the ledger has it, not every tag shows it yet).
 * @throws ReleaseError before the commit point only: of category `input`, `auth` or `interrupted`
 * @example
 * const verdict = await promote({ commit, branch: "main", images, tags: ["latest"], actor }, ports);
 * if (verdict.kind === "stop") explain(verdict.outcome, verdict.reason);
 */
export function promote(
  input: PromotionInput,
  ports: PromotePorts,
  signal?: AbortSignal,
): Promise<Verdict<PromotionReport>> {
  return runSteps({ kind: "promote", input }, ports, signal);
}

/**
 * Answers if {@link promote} would go ahead now, by the same reads and the same decision, and changes nothing.
 *
 * The `digest` of each reported image is what the release consists of: passed to `promote`, it guarantees that what was
 * checked is what is promoted.
 * @throws ReleaseError of category `input`, `auth` or `interrupted`
 */
export async function checkPromotion(
  input: PromotionInput,
  ports: PromotePorts,
  signal?: AbortSignal,
): Promise<Verdict<PromotionReport>> {
  checkInput(input);
  // To prove the right to push takes the same token as a push.
  for (const { repository } of input.images) ports.tags.expectWrites?.(repository);
  const ready = await planAndPrepare("promote", input, proveAllWritable, ports, signal);
  if (ready.kind === "stop") return ready;
  return go(ready.value.report, proven(toEvidence(ready.value.findings, ports.clock)));
}
