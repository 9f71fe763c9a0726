import type { FleetEvent } from "@lateen/fleet";
import type { GateEvent } from "@lateen/gate";
import type { PromotionEvent } from "@lateen/promote";
import type { RegistryEvent } from "@lateen/registry";
import { plainText } from "@lateen/kernel";
import { describeFleet } from "./describe-fleet.ts";
import { describeGate } from "./describe-gate.ts";
import { describePromotion, describeRegistry } from "./describe-promotion.ts";
import { type Describers, detail, info, type Line, warning } from "./text/line.ts";

/** Names of the stages of a release, in their order. */
export type Stage = "kill-switch" | "supersession" | "gate" | "release" | "rollout" | "verify" | "promotion";

export type CommandEvent =
  | { readonly type: "stage-started"; readonly stage: Stage; readonly about: string }
  | { readonly type: "stage-finished"; readonly stage: Stage; readonly verdict: string }
  | { readonly type: "dry-run-started" }
  /** Narration of `demo` around the pipeline; it writes that itself, in its own lines. */
  | { readonly type: "narrated"; readonly text: string }
  | { readonly type: "warned"; readonly message: string }
  /** A first SIGINT, SIGTERM or `q`. */
  | { readonly type: "interrupted"; readonly by: string }
  /** Retries of one kind that were not shown one by one. */
  | { readonly type: "retries-counted"; readonly what: string; readonly count: number }
  | { readonly type: "heartbeat"; readonly waitingFor: string; readonly elapsedMs: number };

/** Every event that a renderer may see. */
export type AnyEvent = CommandEvent | GateEvent | RegistryEvent | FleetEvent | PromotionEvent;

const describeCommand: Describers<CommandEvent> = {
  "stage-started": (event) => info(`── ${event.stage}: ${event.about}`),
  "stage-finished": (event) => detail(`── ${event.stage}: ${event.verdict}`),
  "dry-run-started": () => info("dry run: what follows is read and decided as always, and not written"),
  warned: (event) => warning(event.message),
  interrupted: (event) =>
    warning(`${event.by}: starting nothing new; what is in flight may settle (again to stop now)`),
  "retries-counted": (event) => info(`${event.what}: tried again ${event.count} times in all`),
  heartbeat: (event) => info(`still at it: ${event.waitingFor}`),
};

const describers: Readonly<Record<string, ((event: never) => Line | undefined) | undefined>> = {
  ...describeRegistry,
  ...describePromotion,
  ...describeFleet,
  ...describeGate,
  ...describeCommand,
};

/** The event as one harmless line; undefined if it is not worth one. */
export function describeEvent(event: AnyEvent): Line | undefined {
  const line = describers[event.type]?.(event as never);
  return line === undefined ? undefined : { ...line, text: plainText(line.text, 500) };
}
