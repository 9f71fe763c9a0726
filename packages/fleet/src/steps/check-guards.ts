import type { Stop } from "@lateen/kernel";
import type { FleetEvent } from "../events.ts";
import type { Guard } from "../ports/guard.ts";

/** A guard that said stop. */
export interface GuardStop {
  readonly guard: string;
  readonly verdict: Stop<unknown>;
}

/** Asks the guards in their order; the answer is the first stop, or undefined if all let the next step begin. */
export async function checkGuards(
  guards: readonly Guard[],
  report: ((event: FleetEvent) => void) | undefined,
  signal: AbortSignal | undefined,
): Promise<GuardStop | undefined> {
  for (const guard of guards) {
    const verdict = await guard.check(signal);
    if (verdict.kind === "stop") return { guard: guard.name, verdict };
    report?.({ type: "guard-passed", guard: guard.name });
  }
  return undefined;
}
