import type { Clock, Digest, Reading } from "@lateen/kernel";
import { settlePolicy } from "../policy.ts";
import type { Descriptor } from "../model/registry.ts";
import { classifyReadBack, type ReadBack } from "./classify-read-back.ts";

/** A written tag, and the limits of reading it back. */
export interface SettleRequest {
  readonly wanted: Digest;
  readonly before: Digest | undefined;
  readonly look: () => Promise<Reading<Descriptor>>;
  /** Deadline (epoch milliseconds) after which the tag is not read again. */
  readonly deadline: number;
  /** Called for every look that was not the last. */
  readonly onLag: (seen: Digest | undefined) => void;
}

/** Last observation. */
export interface Settled {
  readonly seen: Digest | undefined;
  readonly readBack: ReadBack;
}

/**
 * Looks at a tag after it was written until it is right, foreign, or the time is over. Lag and unreadable answers are waited out; when
 * the work is called off, the last look counts.
 */
export async function settle(request: SettleRequest, clock: Clock, signal?: AbortSignal): Promise<Settled> {
  const { wanted, before, look, deadline, onLag } = request;
  for (
    let delayMs: number = settlePolicy.firstDelayMs;
    ;
    delayMs = Math.min(delayMs * 2, settlePolicy.longestDelayMs)
  ) {
    const reading = await look();
    const readBack = classifyReadBack(wanted, before, reading);
    const seen = reading.kind === "found" ? reading.value.digest : undefined;
    const left = deadline - clock.now();
    if (readBack === "settled" || readBack === "foreign" || left <= 0) return { seen, readBack };
    onLag(seen);
    try {
      await clock.sleep(Math.min(delayMs, left), signal);
    } catch {
      return { seen, readBack };
    }
  }
}
