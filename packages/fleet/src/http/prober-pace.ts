import type { Clock } from "@lateen/kernel";

/** The pace of requests to one ingress, shared by every tenant behind it. */
export interface IngressPace {
  /** Resolves when a request to `host` may be sent; the turn has to be ended. */
  enter(host: string, signal?: AbortSignal): Promise<Turn>;
}

/** A request that is under way. */
export interface Turn {
  /** Ends the turn: with an answer that asks for no pause, one that asks for a pause of so many milliseconds, or no answer. */
  end(answer: "well" | "none" | { readonly pauseMs: number }): void;
}

/** Least requests at a time that an ingress is slowed down to. */
const least = 1;
/**
 * Hosts that ask for a pause, with no answer of any other in between, before it is the ingress that asks. With a third of the tenants
 * in maintenance, eight in a row happen once in some 6,500 answers.
 */
const askers = 8;

/**
 * Slows down for an ingress that asks for it: additive increase, multiplicative decrease.
 *
 * A host that asks for a pause is left alone by all, and everything behind the ingress is asked half as much at a time. If
 * {@link askers} hosts in a row ask, all hosts are left alone: one limit refuses them all. Fewer may be applications in maintenance,
 * which send the same answer and must not keep the others waiting.
 *
 * Source: Chiu and Jain, "Analysis of the increase and decrease algorithms", Computer Networks and ISDN Systems 17 (1989).
 */
export function createIngressPace(clock: Clock): IngressPace {
  const pausedUntil = new Map<string, number>();
  const waiting: (() => void)[] = [];
  /** Hosts that asked since the last answer which did not. */
  const asking = new Set<string>();
  let active = 0;
  /** Infinity until a pause was asked for. */
  let most = Infinity;
  let allPausedUntil = 0;
  let slowedUntil = 0;

  const wake = (): void => {
    for (let free = most - active; free > 0 && waiting.length > 0; free--) waiting.shift()?.();
  };
  const isFree = (host: string): boolean =>
    active < most && Math.max(allPausedUntil, pausedUntil.get(host) ?? 0) <= clock.now();
  const wait = async (host: string, signal: AbortSignal | undefined): Promise<void> => {
    for (;;) {
      signal?.throwIfAborted();
      const pause = Math.max(allPausedUntil, pausedUntil.get(host) ?? 0) - clock.now();
      if (pause > 0) await clock.sleep(pause, signal);
      else if (active < most) return;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  const hold = (host: string, ms: number): void => {
    const until = clock.now() + ms;
    // Requests that were under way together get the same answer: one of them slows the ingress down.
    if (until > slowedUntil + ms / 2) most = Math.max(least, Math.floor(Math.min(most, active) / 2));
    slowedUntil = Math.max(slowedUntil, until);
    pausedUntil.set(host, Math.max(pausedUntil.get(host) ?? 0, until));
    if (asking.add(host).size >= askers) allPausedUntil = Math.max(allPausedUntil, until);
  };
  const ease = (host: string): void => {
    if ((pausedUntil.get(host) ?? Infinity) <= clock.now()) pausedUntil.delete(host);
    asking.clear();
    most += 1 / most;
  };

  return {
    async enter(host, signal) {
      try {
        // A wait that need not be is not begun: a sweep has as many as requests.
        if (signal?.aborted === true || !isFree(host)) await wait(host, signal);
      } catch (error) {
        // Its place is for the next one.
        wake();
        throw error;
      }
      active += 1;
      return {
        end(answer) {
          if (answer === "well") ease(host);
          else if (answer !== "none") hold(host, answer.pauseMs);
          active -= 1;
          wake();
        },
      };
    },
  };
}
