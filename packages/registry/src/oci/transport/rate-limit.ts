import type { Clock, ReleaseError, Reporter } from "@lateen/kernel";
import type { RegistryEvent } from "../../events.ts";

/** The shared pause of one registry host: when one request is told to wait, all wait. */
export interface Pace {
  /** Resolves when requests may be sent. */
  clear(signal?: AbortSignal): Promise<void>;
  /** Nothing is sent for `ms` milliseconds. */
  hold(ms: number, error: ReleaseError): void;
}

/** Makes the pause of one host. */
export function createPace(host: string, clock: Clock, report: Reporter<RegistryEvent>): Pace {
  let until = 0;
  return {
    async clear(signal) {
      for (let left = until - clock.now(); left > 0; left = until - clock.now()) await clock.sleep(left, signal);
    },
    hold(ms, error) {
      const end = clock.now() + ms;
      if (end <= until) return;
      until = end;
      report({ type: "registry-waited", host, ms: Math.round(ms), reason: error.message });
    },
  };
}
