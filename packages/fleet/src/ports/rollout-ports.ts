import type { Clock, NonEmpty, Release, Reporter, Slug } from "@lateen/kernel";
import type { FleetCheck } from "../checks/check.ts";
import type { ControlPlane } from "./control-plane.ts";
import type { FleetEvent } from "../events.ts";
import type { Guard } from "./guard.ts";
import type { FleetHistory } from "./history.ts";
import type { Journal } from "./journal.ts";
import type { FleetIdentity, RolloutPurpose } from "../engine/journal-entry.ts";
import type { FleetPolicy } from "../policy.ts";
import type { Prober } from "./prober.ts";
import type { Wishes } from "./wishes.ts";

/** Dependencies of `verifyFleet`; it writes nothing. */
export interface VerifyPorts {
  readonly controlPlane: Pick<ControlPlane, "enumerate">;
  readonly prober: Prober;
  /** Absent: every other commit is off target, none is `ahead`. */
  readonly history?: FleetHistory;
  readonly clock: Clock;
  readonly report?: Reporter<FleetEvent>;
}

/** Dependencies of `rollOut`. */
export interface RolloutPorts extends VerifyPorts {
  /** Evaluated in this order. @default [] */
  readonly guards?: readonly Guard[];
  /** Checks of the user; a rollback runs none. @default [] */
  readonly checks?: readonly FleetCheck[];
  readonly controlPlane: ControlPlane;
  readonly journal: Journal;
  /** A number in [0, 1), for the id of the rollout. @default Math.random */
  readonly random?: (() => number) | undefined;
  /** Pause, continue and stop; read at every tick, also in a soak. */
  readonly wishes?: Wishes | undefined;
}

/** Input of `rollOut`. */
export interface RolloutInput {
  readonly release: Release;
  readonly policy: FleetPolicy;
  /** Restricts the rollout, and its account, to these tenants. */
  readonly only?: NonEmpty<Slug>;
  /** Reason why `only` may leave the canary out. */
  readonly withoutCanary?: string;
  /** Gives the image tag of an older commit; needed for `onFailure: "rollback"`. */
  readonly tagOf?: (sha: string) => string;
  /** Identity of this fleet; kept in the journal, so that another fleet's is never continued. */
  readonly fleet?: FleetIdentity | undefined;
  /** Actor of the rollout, and the address of the job; kept in the journal. */
  readonly actor?: string | undefined;
  readonly run?: string | undefined;
  /** Purpose of the rollout; kept in the journal. @default that of the rollout that is continued */
  readonly purpose?: RolloutPurpose;
  /** Continue an unfinished rollout and refuse if there is none to continue; without it an unfinished one of the same commit is continued all the same. @default false */
  readonly resume?: boolean;
}

export interface VerifyInput {
  readonly release: Release;
  readonly policy: FleetPolicy;
  readonly only?: NonEmpty<Slug>;
}
