import { go, type Verdict } from "@lateen/kernel";
import { toEvidence } from "./report/conclude.ts";
import { checkInput } from "./errors.ts";
import { type Prepared, proveWritable } from "./steps/prepare.ts";
import type { PromotePorts, PromotionInput, PromotionReport } from "./promotion.ts";
import { makeReady, type Prepare } from "./steps/plan-and-prepare.ts";

/**
 * Answers whether {@link promote} would go ahead now, by the same reads and the same decision, and changes nothing.
 *
 * The report says what would be done, and its `digest` of each image is what the release consists of: handed to `promote`, it
 * makes sure that what was checked is what is promoted.
 * @throws ReleaseError of category `input`, `auth` or `interrupted`
 */
export async function checkPromotion(
  input: PromotionInput,
  ports: PromotePorts,
  signal?: AbortSignal,
): Promise<Verdict<PromotionReport>> {
  checkInput(input);
  const ready = await makeReady("promote", input, proveAll, ports, signal);
  if (ready.kind === "stop") return ready;
  return go(ready.value.report, toEvidence(ready.value.findings, ports.clock));
}

/** Asks every repository whether it may be written, and copies nothing. */
export const proveAll: Prepare = async ({ candidates }, plan, ports, signal): Promise<Prepared> => {
  const findings = await Promise.all(candidates.map((candidate) => proveWritable(candidate, plan, ports, signal)));
  return { manifests: new Map(), findings: findings.flat() };
};
