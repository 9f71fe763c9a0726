import type { Ran, RunOptions, Started } from "./program.ts";
import type { World, WorldOptions } from "./world.ts";

/** One thing that must hold at the end of a scenario. */
export interface Check {
  readonly says: string;
  readonly holds: boolean;
}

/** The stage on which a scenario is played. */
export interface Stage {
  readonly world: World;
  /** Runs a command line to its end and shows it. */
  lateen(argv: readonly string[], options?: RunOptions): Promise<Ran>;
  /** Starts a command line in a process of its own, to be killed. */
  start(argv: readonly string[], options?: RunOptions): Started;
  /** Says what happens around the pipeline. */
  say(text: string): void;
}

/** An incident, retold: what the old pipeline did, and what must happen now. */
export interface Scenario {
  readonly name: string;
  /** Summary of the incident. */
  readonly title: string;
  /** Result of the old pipeline, and the rule or hole behind it. */
  readonly before: string;
  /** Result now, with its reason. */
  readonly now: string;
  /** Differences of the world from the usual one. */
  readonly world?: WorldOptions;
  /** Plays it; the answer is everything that must hold then. */
  play(stage: Stage): Promise<readonly Check[]>;
}
