import {
  type Clock,
  type Evidence,
  go,
  isoNow,
  type Reading,
  type ReleaseError,
  type Reporter,
  type Stop,
  stop,
  type Verdict,
} from "@lateen/kernel";

import { decideKillSwitch, type SwitchDecision } from "./decide-kill-switch.ts";
import type { GateEvent } from "../events.ts";
import type { Places } from "../ports/api-urls.ts";
import type { Variables } from "../ports/variables.ts";

/** Which variable is the kill switch. */
export interface KillSwitchInput {
  readonly variable: string;
  /** Value of the environment variable of the same name when the job started; undefined where it was not set. */
  readonly jobStart?: string | undefined;
  /** Reasons under the names of waived rules; `kill-switch` is the one that counts here. */
  readonly waived?: Readonly<Record<string, string>> | undefined;
}

/** What {@link readKillSwitch} works with. */
export interface KillSwitchPorts {
  readonly variables: Variables;
  readonly places: Places;
  readonly clock: Clock;
  readonly report: Reporter<GateEvent>;
}

/** What the kill switch said. */
export interface KillSwitchState {
  readonly verdict: "free" | "degraded" | "held" | "waived";
  readonly reason: string;
  /** The error where the present value could not be read. */
  readonly cause?: ReleaseError | undefined;
}

/**
 * Reads the kill switch: go where it is free, stop with `held` where it is armed, unreadable or not understood.
 *
 * The value at the start of the job is looked at first and needs no credential; where it holds, nothing is sent.
 * @throws ReleaseError `INTERRUPTED`
 */
export async function readKillSwitch(
  input: KillSwitchInput,
  ports: KillSwitchPorts,
  signal?: AbortSignal,
): Promise<Verdict<KillSwitchState>> {
  const { variable, jobStart, waived } = input;
  const reason = waived?.["kill-switch"];
  if (reason !== undefined) {
    ports.report({ type: "override-used", name: "kill-switch", reason });
    return go({ verdict: "waived", reason }, [evidenceOf("waived", reason, "the command line", ports.clock)]);
  }
  const early = holdAtStart(input, ports.clock);
  if (early !== undefined) return early;
  const live = await ports.variables.variable(variable, signal);
  const decision = decideKillSwitch(variable, jobStart, live);
  if (decision.verdict === "degraded")
    ports.report({ type: "kill-switch-degraded", variable, message: decision.reason });
  return conclude(decision, live, ports.places.urlOf({ kind: "variable", name: variable }), ports.clock);
}

/** The stop of a value that holds from the start of the job on, if it does; sends nothing. */
export function holdAtStart({ variable, jobStart }: KillSwitchInput, clock: Clock): Stop<KillSwitchState> | undefined {
  const decision = decideKillSwitch(variable, jobStart, undefined);
  if (decision.verdict !== "held") return undefined;
  const evidence = [evidenceOf(decision.verdict, decision.reason, `environment variable ${variable}`, clock)];
  return stop("held", decision.reason, evidence, decision);
}

function conclude(
  decision: SwitchDecision,
  live: Reading<string> | undefined,
  source: string,
  clock: Clock,
): Verdict<KillSwitchState> {
  const evidence = [evidenceOf(decision.verdict, decision.reason, source, clock)];
  const state: KillSwitchState = { ...decision, ...(live?.kind === "unknown" ? { cause: live.cause } : {}) };
  return decision.verdict === "held" ? stop("held", decision.reason, evidence, state) : go(state, evidence);
}

function evidenceOf(verdict: string, fact: string, source: string, clock: Clock): Evidence {
  return { rule: "kill-switch", verdict, fact, source, at: isoNow(clock) };
}
