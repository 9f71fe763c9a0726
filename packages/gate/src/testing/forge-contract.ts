import { contractOfChecks } from "./contract-of-checks.ts";
import { contractOfCommits } from "./contract-of-commits.ts";
import { contractOfPlaces } from "./contract-of-places.ts";
import { contractOfTrouble } from "./contract-of-trouble.ts";
import type { ContractRunner } from "@lateen/kernel/testing";
import type { ContractSuite } from "./contract-suite.ts";
import { type ForgeSubject, type ForgeSubjectOptions, withContractWorld } from "./forge-subject.ts";

/**
 * What every adapter has to do, whatever forge it speaks to; `open` starts a server that serves the given commits.
 *
 * @param lacksRuns - Whether the server is one without an API of runs and workflows. @default false
 */
export function describeForgeContract(
  name: string,
  open: (options: ForgeSubjectOptions) => Promise<ForgeSubject>,
  { describe, test }: ContractRunner,
  { lacksRuns = false }: { readonly lacksRuns?: boolean } = {},
): void {
  const check: ContractSuite["check"] = (title, body, options) =>
    test(title, () => withContractWorld(open, body, options));
  const suite: ContractSuite = { check, lacksRuns };

  describe(`${name}: the forge contract`, () => {
    contractOfChecks(suite);
    contractOfCommits(suite);
    contractOfPlaces(suite);
    contractOfTrouble(suite);
  });
}
