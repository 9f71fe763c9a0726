import type { Clock } from "@lateen/kernel";

/** The pace of requests to one ingress, shared by every tenant behind it. */
export interface HostPace {
  /** Resolves when a request to `host` may be sent; each call is followed by `leave`. */
  enter(host: string, signal?: AbortSignal): Promise<void>;
  leave(host: string): void;
  /** The host asked for a pause: nothing is sent to it for `ms`, and afterwards half as much at a time. */
  hold(host: string, ms: number): void;
  /** The host answered: one more request at a time, until as many as ever are under way. */
  ease(host: string): void;
}

interface Host {
  active: number;
  /** Infinity until the host has asked for a pause. */
  most: number;
  pausedUntil: number;
  readonly waiting: (() => void)[];
}

/** Least requests at a time that a host is slowed down to. */
const least = 1;

/**
 * Slows down for a host that asks for it: additive increase, multiplicative decrease.
 *
 * Source: Chiu and Jain, "Analysis of the increase and decrease algorithms", Computer Networks and ISDN Systems 17 (1989).
 */
export function createHostPace(clock: Clock): HostPace {
  const hosts = new Map<string, Host>();
  const of = (name: string): Host => {
    const known = hosts.get(name);
    if (known !== undefined) return known;
    const fresh = { active: 0, most: Infinity, pausedUntil: 0, waiting: [] };
    hosts.set(name, fresh);
    return fresh;
  };
  const wake = (host: Host): void => {
    for (let free = host.most - host.active; free > 0 && host.waiting.length > 0; free--) host.waiting.shift()?.();
  };
  return {
    async enter(name, signal) {
      const host = of(name);
      for (;;) {
        const pause = host.pausedUntil - clock.now();
        if (pause > 0) await clock.sleep(pause, signal);
        else if (host.active < host.most) break;
        else await new Promise<void>((resolve) => host.waiting.push(resolve));
        signal?.throwIfAborted();
      }
      host.active += 1;
    },
    leave(name) {
      const host = of(name);
      host.active -= 1;
      wake(host);
    },
    hold(name, ms) {
      const host = of(name);
      const until = clock.now() + ms;
      // Requests that were under way together get the same answer: one of them slows the host down.
      if (until > host.pausedUntil + ms / 2)
        host.most = Math.max(least, Math.floor(Math.min(host.most, host.active + 1) / 2));
      host.pausedUntil = Math.max(host.pausedUntil, until);
    },
    ease(name) {
      const host = of(name);
      if (host.most === Infinity) return;
      host.most += 1 / host.most;
      wake(host);
    },
  };
}
