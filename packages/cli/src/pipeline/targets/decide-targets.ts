import type { StopOutcome } from "@lateen/kernel";

/**
 * End of a target. `done`: committed and settled; `unsettled`: committed, a tag does not show it yet; `overtaken`: committed,
 * and a newer entry came, which the tags name; `untouched`: not reached; else the outcome of a stop before its ledger.
 */
export type TargetEnd = "done" | "unsettled" | "overtaken" | "untouched" | Exclude<StopOutcome, "partial">;

/** One of several targets that are to be promoted together. */
export interface TargetFacts {
  readonly name: string;
  readonly end: TargetEnd;
  readonly code?: string | undefined;
  readonly reason?: string | undefined;
}

/**
 * The command that completes the remaining targets: the same command line, or the release that came after it. Reconcile
 * cannot, since it follows ledgers.
 */
export type CompletedBy = "the same command" | "a newer release";

/** End of all targets together. */
export type TargetsDecision =
  | { readonly kind: "go" }
  | {
      readonly kind: "stop";
      readonly outcome: StopOutcome;
      readonly code: string;
      readonly reason: string;
      /** Set where a target is committed and another is not. */
      readonly completedBy?: CompletedBy | undefined;
    };

/** Stops that end green, since a later event or a person decides. */
const quiet: ReadonlySet<TargetEnd> = new Set<TargetEnd>(["held", "superseded", "deferred"]);
const committed: ReadonlySet<TargetEnd> = new Set<TargetEnd>(["done", "unsettled"]);

/**
 * Decides how several targets ended together.
 *
 * Whatever stops it once a target is committed, something was released: that is `partial` and no quiet success, also where the
 * stop alone would be `held` or `superseded`. Only a fleet that is mixed is worse, and stays `halted`.
 */
export function decideTargets(targets: readonly TargetFacts[]): TargetsDecision {
  const stopped = targets.filter(({ end }) => !committed.has(end) && end !== "overtaken");
  const unsettled = targets.filter(({ end }) => end === "unsettled");
  const overtaken = targets.find(({ end }) => end === "overtaken");
  const own = targets.filter(({ end }) => committed.has(end));
  const [first, ...others] = stopped.filter(({ end }) => end !== "untouched");
  if (stopped.length > 0 && own.length > 0) {
    const halted = stopped.find(({ end }) => end === "halted");
    const outcome = halted === undefined ? "partial" : "halted";
    const code = halted === undefined ? "TARGETS_APART" : codeOf(halted);
    // To continue would be to take back what came after it, or to be reported to give way.
    const isLate = overtaken !== undefined || stopped.some(({ end }) => end === "superseded");
    const completedBy = isLate ? "a newer release" : "the same command";
    return { kind: "stop", outcome, code, reason: tell(own, stopped), completedBy };
  }
  if (first !== undefined) {
    const loudest = [first, ...others].find(({ end }) => !quiet.has(end)) ?? first;
    return asItIs(loudest.end as StopOutcome, loudest);
  }
  // Nothing is left half-done by this run: what it committed is what a newer release has taken over.
  if (overtaken !== undefined && unsettled.length === 0) return asItIs("superseded", overtaken);
  if (stopped[0] !== undefined) return asItIs("unknown", stopped[0]);
  const [lagging] = unsettled;
  if (lagging === undefined) return { kind: "go" };
  const reason = unsettled.map(reasonOf).join("; ");
  return { kind: "stop", outcome: "partial", code: codeOf(lagging), reason };
}

function asItIs(outcome: StopOutcome, target: TargetFacts): TargetsDecision {
  return { kind: "stop", outcome, code: codeOf(target), reason: reasonOf(target) };
}

function codeOf({ end, code }: TargetFacts): string {
  return code ?? `TARGET_${end.toUpperCase()}`;
}

/** One clause for a person. */
export function reasonOf({ name, end, reason }: TargetFacts): string {
  return reason ?? `${name}: ${end}`;
}

/** `default is committed, but next is not (held: …) and edge was not reached`. */
function tell(own: readonly TargetFacts[], stopped: readonly TargetFacts[]): string {
  const names = own.map(({ name }) => name).join(", ");
  const left = stopped.map(({ name, end, reason }) =>
    end === "untouched"
      ? `${name} was not reached`
      : `${name} is not (${end}${reason === undefined ? "" : `: ${reason}`})`,
  );
  const waits = own.flatMap(({ end, reason }) => (end === "unsettled" && reason !== undefined ? [`; ${reason}`] : []));
  return `${names} ${own.length === 1 ? "is" : "are"} committed, but ${left.join(", ")}${waits.join("")}`;
}
