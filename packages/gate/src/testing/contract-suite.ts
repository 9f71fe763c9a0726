import type { ContractWorld, ForgeSubjectOptions } from "./forge-subject.ts";

/** The test functions of whatever runner is used. */
export interface ForgeContractRunner {
  describe(name: string, body: () => void): void;
  test(name: string, body: () => Promise<void>): void;
  expect(actual: unknown): {
    toBe(expected: unknown): void;
    toEqual(expected: unknown): void;
    toMatchObject(expected: object): void;
  };
}

/** What a part of the contract is written with. */
export interface ContractSuite {
  /** A test in a world of its own. */
  check(
    title: string,
    body: (world: ContractWorld) => Promise<void>,
    options?: Pick<ForgeSubjectOptions, "token">,
  ): void;
  readonly expect: ForgeContractRunner["expect"];
  /** Whether the server is one without an API of runs and workflows. */
  readonly lacksRuns: boolean;
}
