import type { Scenario } from "../scenario.ts";
import { ends, fleetRuns, latestIs, ledgerIs } from "../outcomes.ts";

/** All green. */
export const ship: Scenario = {
  name: "ship",
  title: "a green commit goes to every tenant and becomes :latest",
  before:
    "CI green, canary, batches, then :latest of each image moved one after the other, trusting that what was asked for had happened.",
  now: "The gate is read, candidates are resolved to digests once, the canary soaks, every tenant is asked what it runs, and only then the ledger's entry moves both tags.",
  async play({ world, lateen }) {
    const sha = world.commits.at(-1) ?? "";
    const ran = await lateen(["ship", "--sha", sha.slice(0, 7)]);
    return [ends(ran, "shipped"), fleetRuns(world, sha), latestIs(world, sha), await ledgerIs(world, sha)];
  },
};
