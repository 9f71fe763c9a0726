import type { Clock, ReleaseError, Reporter } from "@lateen/kernel";
import type { RegistryEvent } from "../../events.ts";

/** The shared pause of one registry host: a limit that one request meets holds all of them. */
export interface RateLimit {
  /** Resolves once requests may be sent. */
  wait(signal?: AbortSignal): Promise<void>;
  /** Nothing is sent for `ms` milliseconds. */
  block(ms: number, error: ReleaseError): void;
}

export function createRateLimit(host: string, clock: Clock, report: Reporter<RegistryEvent>): RateLimit {
  let until = 0;
  return {
    async wait(signal) {
      for (let left = until - clock.now(); left > 0; left = until - clock.now()) await clock.sleep(left, signal);
    },
    block(ms, error) {
      const end = clock.now() + ms;
      if (end <= until) return;
      until = end;
      report({ type: "registry-waited", host, ms: Math.round(ms), reason: error.message });
    },
  };
}
