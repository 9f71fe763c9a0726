import { type Forge, gatePorts, passGate } from "@lateen/gate";
import { ignoreEvents, parseCommitSha, systemClock } from "@lateen/kernel";

/** The answer of the gate for a shell. */
export interface Answer {
  readonly code: 0 | 3 | 4 | 10;
  readonly text: string;
}

/** Decides if a commit of `main` may ship: every check has succeeded, and `e2e.yml` has run, or was proven not to be due. */
export async function decide(forge: Forge, sha: string, checks: readonly string[]): Promise<Answer> {
  const ports = gatePorts(forge, systemClock, ignoreEvents);
  const workflows = [{ file: "e2e.yml", whenAbsent: "prove" as const }];
  const verdict = await passGate({ commit: parseCommitSha(sha), branch: "main", checks, workflows }, ports);
  if (verdict.kind === "go") return { code: 0, text: "open" };
  const code = verdict.outcome === "deferred" ? 10 : verdict.outcome === "unknown" ? 4 : 3;
  return { code, text: `${verdict.outcome} (${verdict.code}): ${verdict.reason}` };
}
