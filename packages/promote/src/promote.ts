import type { Verdict } from "@lateen/kernel";
import type { PromotePorts, PromotionInput, PromotionReport } from "./promotion.ts";
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
