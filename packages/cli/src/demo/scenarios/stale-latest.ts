import { ends, fleetRuns, latestIs, ledgerIs, that } from "../outcomes.ts";
import type { Scenario } from "../scenario.ts";

/** `:latest` is weeks behind what production runs. */
export const staleLatest: Scenario = {
  name: "stale-latest",
  title: ":latest is weeks behind what the fleet runs",
  before:
    ":latest followed a chain of jobs of its own that could stop without a sound; it was 3.5 weeks old when a redeploy without arguments pulled it and took a customer back by as much.",
  now: ":latest moves with the release, by the same command, once the fleet has been proven and not before: when a tenant does not come up it stays. And status shows ledger, tags and tenants side by side.",
  world: { commits: 4 },
  async play({ world, lateen, say }) {
    const [base = "", , , running = "", sha = ""] = world.commits;
    for (const slug of world.tenants.slugs()) world.tenants.set(slug, { sha: running });
    say("The fleet runs the fourth commit, :latest is the first.");
    world.plane.treat("kelp", "fails");
    const halted = await lateen(["ship", "--sha", sha]);
    const stayed = [ends(halted, "halted", 5), latestIs(world, base), await ledgerIs(world)];
    say("kelp is repaired; the same job continues from where it halted.");
    world.plane.treat("kelp", undefined);
    const ran = await lateen(["ship", "--sha", sha]);
    const status = await lateen(["status", "--fail-on-drift"]);
    return [
      ...stayed,
      ends(ran, "shipped"),
      fleetRuns(world, sha),
      latestIs(world, sha),
      await ledgerIs(world, sha),
      that("status sees no drift any more", status.code === 0),
    ];
  },
};
