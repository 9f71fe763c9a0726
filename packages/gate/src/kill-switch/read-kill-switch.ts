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
import type { GateEvent } from "../events.ts";
import type { Places } from "../ports/api-urls.ts";
import type { Holds } from "../ports/holds.ts";
import type { Variables } from "../ports/variables.ts";
import { decideHold } from "./decide-hold.ts";
import { decideKillSwitch, type SwitchDecision } from "./decide-kill-switch.ts";

/** Sources of the kill switch: a variable of the forge, a ref that holds, or both; one that holds is enough. */
export interface KillSwitchInput {
  readonly variable?: string | undefined;
  /** Value of the environment variable of the same name when the job started; undefined if it was not handed in. */
  readonly jobStart?: string | undefined;
  /** Name of the ref whose hold is read. */
  readonly ref?: string | undefined;
  /** Reasons under the names of waived rules; `kill-switch` is the one that counts here. */
  readonly waived?: Readonly<Record<string, string>> | undefined;
}

export interface KillSwitchPorts {
  readonly variables: Variables;
  /** Required if the input names a ref; without it the ref cannot be read. */
  readonly holds?: Holds | undefined;
  readonly places: Places;
  readonly clock: Clock;
  readonly report: Reporter<GateEvent>;
}

export interface KillSwitchState {
  readonly verdict: "free" | "degraded" | "held" | "waived";
  readonly reason: string;
  /** The error if the present value could not be read. */
  readonly cause?: ReleaseError | undefined;
}

/** One of the parts of the kill switch, as it was read. */
interface Part {
  readonly decision: SwitchDecision;
  readonly cause: ReleaseError | undefined;
  readonly source: string;
  /** Prefix of its stop codes. */
  readonly kind: "KILL_SWITCH" | "HOLD";
}

/**
 * Reads the kill switch: go if it is free, stop with `held` if it is armed, unreadable or not understood.
 *
 * The value at the start of the job is looked at first and needs no credential; if it holds, nothing is sent.
 * @throws ReleaseError `INTERRUPTED`
 */
export async function readKillSwitch(
  input: KillSwitchInput,
  ports: KillSwitchPorts,
  signal?: AbortSignal,
): Promise<Verdict<KillSwitchState>> {
  const reason = input.waived?.["kill-switch"];
  if (reason !== undefined) {
    ports.report({ type: "override-used", name: "kill-switch", reason });
    return go({ verdict: "waived", reason }, [evidenceOf("waived", reason, "the command line", ports.clock)]);
  }
  const early = holdAtStart(input, ports.clock);
  if (early !== undefined) return early;
  const [variable, hold] = await Promise.all([readVariable(input, ports, signal), readHold(input, ports, signal)]);
  return conclude([...variable, ...hold], ports.clock);
}

/** The stop of a value that holds from the start of the job on, if it does; sends nothing. */
export function holdAtStart({ variable, jobStart }: KillSwitchInput, clock: Clock): Stop<KillSwitchState> | undefined {
  if (variable === undefined) return undefined;
  const decision = decideKillSwitch(variable, jobStart, undefined);
  if (decision.verdict !== "held") return undefined;
  const source = `environment variable ${variable}`;
  return held({ decision, cause: undefined, source, kind: "KILL_SWITCH" }, [], clock);
}

async function readVariable(
  { variable, jobStart }: KillSwitchInput,
  { variables, places, report }: KillSwitchPorts,
  signal: AbortSignal | undefined,
): Promise<readonly Part[]> {
  if (variable === undefined) return [];
  const live = await variables.variable(variable, signal);
  const decision = decideKillSwitch(variable, jobStart, live);
  if (decision.verdict === "degraded") report({ type: "kill-switch-degraded", variable, message: decision.reason });
  const source = places.urlOf({ kind: "variable", name: variable });
  return [{ decision, cause: causeOf(live), source, kind: "KILL_SWITCH" }];
}

async function readHold(
  { ref }: KillSwitchInput,
  { holds, clock }: KillSwitchPorts,
  signal: AbortSignal | undefined,
): Promise<readonly Part[]> {
  if (ref === undefined) return [];
  if (holds === undefined)
    return [
      { decision: { verdict: "held", reason: `nothing can read ${ref}` }, cause: undefined, source: ref, kind: "HOLD" },
    ];
  const hold = await holds.read(signal);
  return [{ decision: decideHold(ref, hold, clock.now()), cause: causeOf(hold), source: ref, kind: "HOLD" }];
}

function causeOf(reading: Reading<unknown>): ReleaseError | undefined {
  return reading.kind === "unknown" ? reading.cause : undefined;
}

function conclude(parts: readonly Part[], clock: Clock): Verdict<KillSwitchState> {
  const [first = unconfigured, ...rest] = parts;
  // One that is armed is named before one that could not be read.
  const holding = parts.filter(({ decision }) => decision.verdict === "held");
  const blocking = holding.find(({ cause }) => cause === undefined) ?? holding[0];
  if (blocking !== undefined)
    return held(
      blocking,
      parts.filter((part) => part !== blocking),
      clock,
    );
  const decisive = parts.find(({ decision }) => decision.verdict === "degraded") ?? first;
  const evidence = rest.map((part) => partEvidence(part, clock));
  return go({ ...decisive.decision, cause: decisive.cause }, [partEvidence(first, clock), ...evidence]);
}

const unconfigured: Part = {
  decision: { verdict: "free", reason: "no kill switch is configured" },
  cause: undefined,
  source: "the configuration",
  kind: "KILL_SWITCH",
};

const codes = {
  KILL_SWITCH: { armed: "KILL_SWITCH_ARMED", unreadable: "KILL_SWITCH_UNREADABLE" },
  HOLD: { armed: "HOLD_ARMED", unreadable: "HOLD_UNREADABLE" },
} as const;

function held(part: Part, others: readonly Part[], clock: Clock): Stop<KillSwitchState> {
  const { decision, cause, kind } = part;
  const evidence = [part, ...others].map((one) => partEvidence(one, clock));
  const code = codes[kind][cause === undefined ? "armed" : "unreadable"];
  return stop({ outcome: "held", code, reason: decision.reason, evidence, value: { ...decision, cause } });
}

function partEvidence({ decision, source }: Part, clock: Clock): Evidence {
  return evidenceOf(decision.verdict, decision.reason, source, clock);
}

function evidenceOf(verdict: string, fact: string, source: string, clock: Clock): Evidence {
  return { rule: "kill-switch", verdict, fact, source, at: isoNow(clock) };
}
