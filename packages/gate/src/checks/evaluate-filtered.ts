import { evaluateAbsence, type LookContext } from "../absence/evaluate-absence.ts";
import type { CheckFact } from "../ports/checks.ts";
import type { CheckReport } from "./gate-report.ts";

/**
 * A required context whose workflow its path filter kept out, as Gitea marks it since 1.27: decided like a required workflow without
 * a run. The mark itself proves nothing, since anyone who may write can post one.
 */
export async function evaluateFiltered(
  fact: CheckFact,
  name: string,
  context: LookContext,
): Promise<{ readonly report: CheckReport; readonly settlesAt: number | undefined }> {
  const { plan, ports, signal } = context;
  const title = fact.name.split(" / ")[0] ?? "";
  const file = await ports.sources.workflowNamed(title, plan.commit, signal);
  const url = ports.places.urlOf({ kind: "checks", sha: plan.commit });
  if (file.kind !== "found") {
    const cause = file.kind === "unknown" ? file.cause.message : file.proof;
    const detail = `its path filter kept it out, and its workflow is not known: ${cause}`;
    return { report: { name, state: "skipped", decision: "unknown", detail, url }, settlesAt: undefined };
  }
  const { decision, settlesAt } = await evaluateAbsence({ file: file.value }, context);
  const { state, decision: word, detail } = decision;
  return { report: { name, state, decision: word, detail: `${file.value}: ${detail}`, url }, settlesAt };
}
