import type { Host } from "../host.ts";
import type { Hold } from "../job/job.ts";
import type { CommandEvent } from "../output/events.ts";

/** Whether a person has asked to start nothing new for now. */
export interface Pause extends Hold {
  isPaused(): boolean;
  /** Reads the keys until the answered function is called. */
  listen(): () => void;
  /** What the keys do now. */
  hint(): string | undefined;
}

/** How often a pause is looked at, in milliseconds: below what a person notices. */
const lookMs = 200;

/** The keys of a rollout at a terminal: `p` pauses and goes on, `q` ends it so that it can be resumed. */
export function createPause(
  host: Pick<Host, "keyboard" | "interrupt" | "signal">,
  report: (event: CommandEvent) => void,
): Pause {
  let paused = false;
  let listening = false;
  const press = (key: string): void => {
    if (key === "p" && !host.signal.aborted) {
      paused = !paused;
      report({ type: paused ? "rollout-paused" : "rollout-continued" });
    } else if (key === "q") host.interrupt("q");
    else if (key === "\u0003") host.interrupt("Ctrl-C");
  };
  return {
    isPaused: () => paused,
    async whileRunning(clock, signal) {
      while (paused) await clock.sleep(lookMs, signal);
    },
    listen() {
      if (host.keyboard === undefined) return () => undefined;
      listening = true;
      const end = host.keyboard.listen((key) => {
        // Quick fingers and a slow line give several keys at once.
        for (const one of key) press(one);
      });
      return () => {
        listening = false;
        end();
      };
    },
    hint() {
      if (!listening) return undefined;
      if (host.signal.aborted) return "detaching: waits for what is in flight, q stops now";
      return paused ? "paused: p continues, q detaches" : "p pauses, q detaches";
    },
  };
}
