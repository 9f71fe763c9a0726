import type { Wish, Wishes } from "@lateen/fleet";
import type { Host } from "../host.ts";
import type { AnyEvent } from "../output/events.ts";

/** The keys of a rollout at a terminal, and what they wish for. */
export interface Pause extends Wishes {
  /** Reads the keys until the answered function is called. */
  listen(): () => void;
  /** Current action of the keys. */
  hint(): string | undefined;
  /** Follows the rollout: another process may have paused it. */
  see(event: AnyEvent): void;
}

/**
 * `p` pauses a rollout and continues it, `q` ends it so that it can be resumed.
 *
 * @param isElsewhere - Whether a service runs it: then `q` only stops to follow, and there is no `p`.
 */
export function createPause(
  host: Pick<Host, "keyboard" | "interrupt" | "signal">,
  actor: () => string,
  isElsewhere = false,
): Pause {
  let isPaused = false;
  let isListening = false;
  let wish: Wish | undefined;
  let next = Promise.withResolvers<void>();
  const press = (key: string): void => {
    if (key === "p" && !host.signal.aborted && !isElsewhere) {
      isPaused = !isPaused;
      wish = { kind: isPaused ? "pause" : "continue", actor: actor() };
      next.resolve();
      next = Promise.withResolvers();
    } else if (key === "q") host.interrupt("q");
    else if (key === "\u0003") host.interrupt("Ctrl-C");
  };
  return {
    read: async () => wish,
    changed: () => next.promise,
    see({ type }) {
      if (type === "rollout-paused") isPaused = true;
      if (type === "rollout-continued") isPaused = false;
    },
    listen() {
      if (host.keyboard === undefined) return () => undefined;
      isListening = true;
      const end = host.keyboard.listen((key) => {
        // Quick fingers and a slow line give several keys at once.
        for (const one of key) press(one);
      });
      return () => {
        isListening = false;
        end();
      };
    },
    hint() {
      if (!isListening) return undefined;
      if (isElsewhere) return "q stops watching, and the rollout continues";
      if (host.signal.aborted) return "detaching: waits for what is in flight, q stops now";
      return isPaused ? "paused: p continues, q detaches" : "p pauses, q detaches";
    },
  };
}
