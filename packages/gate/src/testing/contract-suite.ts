import type { ContractWorld, ForgeSubjectOptions } from "./forge-subject.ts";

/** Tools for one part of the contract. */
export interface ContractSuite {
  /** A test in a world of its own. */
  check(
    title: string,
    body: (world: ContractWorld) => Promise<void>,
    options?: Pick<ForgeSubjectOptions, "token">,
  ): void;
  /** True if the server lacks the feature. */
  lacks(what: Lack): boolean;
}

/**
 * An API of runs, and one of workflows; the means to set runs and states of jobs as a test likes; etags; variables without a value.
 */
export type Lack = "runs" | "workflows" | "runs to be set" | "etags" | "empty variables";
