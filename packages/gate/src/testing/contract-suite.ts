import type { ContractWorld, ForgeSubjectOptions } from "./forge-subject.ts";

/** What a part of the contract is written with. */
export interface ContractSuite {
  /** A test in a world of its own. */
  check(
    title: string,
    body: (world: ContractWorld) => Promise<void>,
    options?: Pick<ForgeSubjectOptions, "token">,
  ): void;
  /** Whether the server is one without an API of runs and workflows. */
  readonly lacksRuns: boolean;
}
