import type { Clock } from "@lateen/kernel";
import type { Host } from "../host.ts";

/** Whether a person has asked to start nothing new for now. */
export interface Pause {
  isPaused(): boolean;
  /** Resolves at once, or when the person goes on. @throws ReleaseError `INTERRUPTED` */
  whileRunning(clock: Clock, signal: AbortSignal): Promise<void>;
  /** Reads the keys until the answered function is called. */
  listen(): () => void;
  /** What the keys do now. */
  hint(): string | undefined;
}

/** How often a pause is looked at, in milliseconds: below what a person notices. */
const lookMs = 200;

/** The keys of a rollout at a terminal: `p` pauses and goes on, `q` ends it so that it can be resumed. */
export function createPause(host: Pick<Host, "keyboard" | "interrupt">): Pause {
  let paused = false;
  let listening = false;
  return {
    isPaused: () => paused,
    async whileRunning(clock, signal) {
      while (paused) await clock.sleep(lookMs, signal);
    },
    listen() {
      if (host.keyboard === undefined) return () => undefined;
      listening = true;
      const end = host.keyboard.listen((key) => {
        if (key === "p") paused = !paused;
        if (key === "q" || key === "\u0003") host.interrupt();
      });
      return () => {
        listening = false;
        end();
      };
    },
    hint: () => (listening ? (paused ? "paused: p goes on, q detaches" : "p pauses, q detaches") : undefined),
  };
}
