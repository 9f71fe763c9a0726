import type { Clock, Reporter } from "@lateen/kernel";
import type { Changes } from "./changes.ts";
import type { Checks } from "./checks.ts";
import type { GateEvent } from "../events.ts";
import type { Forge } from "./forge.ts";
import type { History } from "./history.ts";
import type { Holds } from "./holds.ts";
import type { Places } from "./api-urls.ts";
import type { Pushes } from "./pushes.ts";
import type { Sources } from "./sources.ts";
import type { Variables } from "./variables.ts";

/** Everything that the stages of this package work with; each of them takes a part of it. */
export interface GatePorts {
  readonly checks: Checks;
  readonly history: History;
  readonly changes: Changes;
  readonly pushes: Pushes;
  readonly sources: Sources;
  readonly variables: Variables;
  /** The hold of a ref, if the kill switch names one. */
  readonly holds?: Holds | undefined;
  readonly places: Places;
  readonly clock: Clock;
  readonly report: Reporter<GateEvent>;
  /** A number in [0, 1) that spreads the pauses between looks. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** The ports of one forge that offers them all. */
export function gatePorts(forge: Forge, clock: Clock, report: Reporter<GateEvent>): GatePorts {
  return {
    checks: forge,
    history: forge,
    changes: forge,
    pushes: forge,
    sources: forge,
    variables: forge,
    places: forge,
    clock,
    report,
  };
}
