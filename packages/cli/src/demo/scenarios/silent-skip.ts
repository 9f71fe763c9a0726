import { ends, latestIs, ledgerIs, that } from "../outcomes.ts";
import type { Scenario } from "../scenario.ts";

/** The control plane reports ok and has skipped a tenant. */
export const silentSkip: Scenario = {
  name: "silent-skip",
  title: "the control plane reports ok and has left a tenant out",
  before:
    "Only rows that came back were looked at: a tenant without a row was never asked, every deploy said ok, and one stayed 46 hours behind.",
  now: "Success is a statement about every tenant that was enumerated. The one without a row is asked what it runs, does not prove the target, and the rollout halts with its name. :latest stays.",
  async play({ world, lateen, say }) {
    const [base = "", sha = ""] = world.commits;
    say("The control plane skips fjord, and says ok.");
    world.plane.treat("fjord", "skips");
    const ran = await lateen(["ship", "--sha", sha]);
    const { fleet } = ran.document ?? {};
    return [
      ends(ran, "halted", 5),
      that("the result names fjord as the straggler", fleet?.stragglers.includes("fjord") === true),
      that("the result accounts for all 12 tenants", fleet?.enumerated === 12 && fleet.tenants.length === 12),
      that("fjord runs what it ran", world.tenants.get("fjord").sha === base),
      latestIs(world, base),
      await ledgerIs(world),
    ];
  },
};
