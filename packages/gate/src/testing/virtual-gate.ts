import type { CommitSha, Http, Verdict } from "@lateen/kernel";
import { createFakeClock } from "@lateen/kernel/testing";
import type { GateEvent } from "../events.ts";
import type { Forge } from "../ports/forge.ts";
import { type GatePorts, gatePorts } from "../ports/gate-ports.ts";
import type { GateReport } from "../checks/gate-report.ts";
import { type GateInput, passGate } from "../pass-gate.ts";
import { httpUnder } from "./virtual-http.ts";

type FakeClock = ReturnType<typeof createFakeClock>;

/** Parts of an adapter. */
export interface VirtualConnection {
  readonly url: string;
  readonly repository: string;
  readonly http: Http;
  readonly clock: FakeClock;
  readonly report: (event: GateEvent) => void;
  readonly retry: { readonly random: () => number };
}

/** The gate over a fake forge in virtual time. Pauses are not spread, so that tests can count them. */
export interface VirtualGate {
  readonly clock: FakeClock;
  readonly events: readonly GateEvent[];
  readonly ports: GatePorts;
  /** Asks about a commit of main. */
  gate(commit: CommitSha, input: Partial<GateInput>, signal?: AbortSignal): Promise<Verdict<GateReport>>;
}

/** Makes a {@link VirtualGate}. */
export function createVirtualGate(
  connect: (options: VirtualConnection) => Forge,
  { url, repository }: Pick<VirtualConnection, "url" | "repository">,
): VirtualGate {
  const clock = createFakeClock({ auto: true });
  const events: GateEvent[] = [];
  const report = (event: GateEvent): void => void events.push(event);
  const random = () => 0.5;
  let start = (): void => undefined;
  const forge = connect({ url, repository, http: httpUnder(clock, () => start()), clock, report, retry: { random } });
  const ports = { ...gatePorts(forge, clock, report), random };
  return {
    clock,
    events,
    ports,
    gate(commit, input, signal) {
      // What comes before the first request takes real time, and no virtual time may run out beneath it.
      const begun = Promise.withResolvers<void>();
      start = begun.resolve;
      void clock.during(() => begun.promise);
      return passGate({ commit, branch: "main", ...input }, ports, signal).finally(start);
    },
  };
}
