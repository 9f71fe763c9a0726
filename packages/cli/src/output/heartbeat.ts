import type { Clock } from "@lateen/kernel";
import type { AnyEvent } from "./events.ts";

/** Silence after which a sign of life is given, in milliseconds. Runners show nothing else of a waiting job. */
const silenceMs = 30_000;

/** Says every 30 s of silence what is being waited for. */
export interface Heartbeat {
  /** Something happened; where it was shown, the silence begins again. */
  beat(text: string | undefined, shown: boolean): void;
  during<T>(work: Promise<T>): Promise<T>;
}

/** Makes a {@link Heartbeat} that speaks through `report`, and calls `tick` every second. */
export function createHeartbeat(clock: Clock, report: (event: AnyEvent) => void, tick?: () => void): Heartbeat {
  // A clock that is set back would silence it for as long.
  const elapsed = (): number => clock.elapsed?.() ?? clock.now();
  const startedAt = elapsed();
  let lastAt = startedAt;
  let waitingFor = "the first answer";
  const watch = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await clock.sleep(Math.max(1, lastAt + silenceMs - elapsed()), signal);
      if (elapsed() - lastAt < silenceMs) continue;
      lastAt = elapsed();
      report({ type: "heartbeat", waitingFor, elapsedMs: Math.round(elapsed() - startedAt) });
    }
  };
  const pulse = async (signal: AbortSignal): Promise<void> => {
    while (tick !== undefined && !signal.aborted) {
      await clock.sleep(1000, signal);
      tick();
    }
  };
  return {
    beat(text, shown) {
      if (shown) lastAt = elapsed();
      waitingFor = text ?? waitingFor;
    },
    async during(work) {
      const over = new AbortController();
      const watching = Promise.allSettled([watch(over.signal), pulse(over.signal)]);
      try {
        return await work;
      } finally {
        over.abort();
        await watching;
      }
    },
  };
}
