import { type Evidence, isoNow, parseSlug, stop } from "@lateen/kernel";
import { heldChecks } from "../checks.ts";
import { goWith } from "../evidence.ts";
import { skipped, type Step } from "../run-pipeline.ts";

/**
 * Asks every provider of a check whether it can be asked: a query with a mistake, a program or a workflow that is not there, a wrong
 * token and a server that is gone are found by a plan, not after the canary has moved. A real rollout finds out at the step itself.
 */
export const reachProviders: Step = async (job) => {
  if (!job.dryRun || job.settings.config.fleet === undefined) return skipped;
  const { checks } = await heldChecks(job);
  const evidence: Evidence[] = [];
  const [canary] = job.settings.config.fleet.canary;
  const example = canary === undefined ? undefined : parseSlug(canary);
  for (const { name, about, reach } of checks) {
    const reading = await reach?.(job.signal, example);
    if (reading === undefined) continue;
    const at = isoNow(job.wiring.clock);
    if (reading.kind === "found") {
      evidence.push({ rule: "check", verdict: "reachable", fact: `${name}: ${reading.value}`, source: about, at });
      continue;
    }
    const why = reading.kind === "unknown" ? reading.cause.message : reading.proof;
    const isAnswer = reading.kind === "absent" || reading.cause.code.startsWith("PROMETHEUS_");
    return stop({
      outcome: isAnswer ? "refused" : "unknown",
      code: isAnswer ? "CHECK_REFUSED" : "CHECK_UNREACHABLE",
      reason: `the check ${name} could never pass: ${why}`,
      evidence: [
        ...evidence,
        { rule: "check", verdict: isAnswer ? "refused" : "unknown", fact: `${name}: ${why}`, source: about, at },
      ],
    });
  }
  return evidence.length === 0 ? skipped : goWith({}, evidence);
};
