// Begins a run of the tests with the files that take longest, so that no worker is left with one of them at the end. Vitest knows how long
// a file takes from the run before; a fresh clone has none, and vitest goes by size, which says little here.
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files of more than fifteen seconds on two cores, longest first (measured November 2026). */
const longest: readonly string[] = [
  "cli/test/packages.real",
  "cli/test/consumer.real",
  "fleet/src/kubernetes/kubernetes-fleet.real",
  "cli/test/site.real",
  "cli/test/two-promoters.real",
  "cli/test/forge-contract.real",
  "cli/test/documentation-shell.real",
  "cli/test/terminal.real",
  "registry/src/testing/registries.real",
  "fleet/src/exec/exec-fleet.real",
  "cli/test/gitea.real",
  "cli/test/checks.real",
  "cli/test/screens.real",
  "service/src/page.real",
  "cli/test/pipeline.real",
  "cli/test/scenarios",
  "cli/test/contract-checks",
  "cli/test/screens",
  "cli/test/rollback-crash",
  "cli/test/documentation-tutorial",
  "fleet/src/checks/faults",
  "fleet/src/roll-out.doubt",
  "promote/src/testing/promoters.simulation",
  "fleet/src/testing/simulation/simulation",
  "cli/test/wishes",
  "service/src/from-anywhere",
  "service/src/takeover",
  "service/src/reliability",
  "service/src/demo-serve",
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = longest.findIndex((name) => moduleId.endsWith(`packages/${name}.test.ts`));
  return rank === -1 ? longest.length : rank;
}
