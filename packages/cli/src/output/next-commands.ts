import { plainText } from "@lateen/kernel";
import type { CompletedBy } from "../pipeline/targets/decide-targets.ts";
import { quoted } from "./text/line.ts";
import type { Outcome } from "./exit-codes.table.ts";

/** Inputs that decide which commands come next. */
export interface NextFacts {
  readonly command: string;
  readonly outcome: Outcome;
  readonly commit?: string | undefined;
  /** Command lines that the stages name themselves. */
  readonly known?: readonly string[] | undefined;
  readonly interrupted?: boolean | undefined;
  readonly completedBy?: CompletedBy | undefined;
  /** The command line that takes the fleet back to what it ran before. */
  readonly wayBack?: string | undefined;
  /** Why a rollback is made: its command line needs it again. */
  readonly reason?: string | undefined;
}

/** The command lines that complete, repair or abandon what was begun, the one to try first in front. */
export function nextCommands(facts: NextFacts): readonly string[] {
  const { outcome, commit, known = [], interrupted, completedBy } = facts;
  const named = commit === undefined ? [] : [`lateen explain ${commit}`];
  const rest = (): readonly string[] => {
    // `rollout --resume` promotes nothing: so the same command comes first.
    if (interrupted === true) return [...same(facts), "lateen rollout --resume", "lateen rollout --abandon"];
    if (completedBy === "a newer release") return ["lateen status"];
    if (completedBy === "the same command") return same(facts);
    // Going back is no way on for what is a rollback itself, or is completed by a command of its own.
    const isOver = known.length > 0 || facts.command === "rollback" || facts.wayBack === undefined;
    const back = isOver ? [] : [facts.wayBack];
    if (outcome === "halted") return [...same(facts), ...back, ...named];
    // Reconcile follows ledgers: a target that its ledger does not name yet is only reached by the same command again.
    if (outcome === "partial") return ["lateen reconcile"];
    if (outcome === "refused") return named;
    return outcome === "unknown" ? same(facts) : [];
  };
  return [...new Set([...known, ...rest()])];
}

/** Command lines as a person reads them below the answer. */
export function formatNext(next: readonly string[] = []): readonly string[] {
  return next.map((line, at) => `${at === 0 ? "next:" : "  or:"} ${plainText(line, 2_000)}`);
}

/** The same command about the very commit; none if it takes no commit. */
export function same({ command, commit, reason }: Pick<NextFacts, "command" | "commit" | "reason">): readonly string[] {
  if (commit === undefined) return [];
  if (command === "rollback") {
    const why = reason === undefined ? "TEXT" : quoted(reason);
    return [`lateen rollback --to ${commit} --reason ${why}`];
  }
  return ["ship", "rollout", "promote"].includes(command) ? [`lateen ${command} --sha ${commit}`] : [];
}
