import type { DrivePorts } from "../run/drive.ts";
import type { SchedulePorts } from "../schedule/run-due.ts";
import type { Database } from "../store/database.ts";
import type { Rollout } from "../store/rollout.ts";

/**
 * Decides which runner drives which rollout, and when.
 *
 * An engine is not trusted: whatever it hands out is driven only after the row of the rollout was claimed, which the database gives to one
 * runner, and the epoch of that claim fences every append to the journal. It may hand out twice, late, or something that has ended.
 */
export interface Engine {
  /** Opens the engine for one service. @throws ReleaseError if it cannot be used here */
  open(ports: EnginePorts): Promise<OpenEngine>;
}

export interface EnginePorts {
  /** Address of the PostgreSQL. */
  readonly url: string;
  readonly database: Database;
  /** Names of the fleets that this service may roll. */
  readonly fleets: readonly string[];
  /** Names this service for those who look into the database. */
  readonly owner: string;
  /** If this service drives rollouts too. */
  readonly drives: boolean;
}

/** The engine of one service. None of its hints may fail: what one of them did not bring about is found in the rows a little later. */
export interface OpenEngine {
  /** Name that the signs of life of this service show. */
  readonly runner: string;
  /** Hint that an order was taken. */
  ordered(rollout: Rollout): void;
  /** Hint that somebody acted on a rollout. */
  acted(id: string): void;
  /** Drives rollouts and keeps schedules until the signal. Resolves once all of it is over, and never throws. */
  run(ports: DrivePorts & SchedulePorts): Promise<void>;
  close(): Promise<void>;
}
