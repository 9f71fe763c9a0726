import { ends, fleetRuns, latestIs, ledgerIs, that } from "../outcomes.ts";
import type { Scenario } from "../scenario.ts";

/** An older job meets a fleet that is ahead. */
export const superseded: Scenario = {
  name: "superseded",
  title: "an older job meets a fleet that is ahead of it",
  before:
    "It verified strictly and went red as stale on a healthy fleet; asked before the rollout only later, it first rolled the canary back, and still moved :latest, since the check that ended its verification did not reach the step that promoted.",
  now: "One decision for the whole run, by ancestry: a newer commit with a release of its own owns production, so this one gives way before it touches anything. Not red, nothing rolled back.",
  world: { commits: 2 },
  async play({ world, lateen, say }) {
    const [, older = "", newer = ""] = world.commits;
    say("The newer commit's checks were quicker: it ships first.");
    await lateen(["ship", "--sha", newer]);
    const moves = world.plane.moves().length;
    say("Now the job of the older commit gets its turn.");
    const ran = await lateen(["ship", "--sha", older]);
    return [
      ends(ran, "superseded"),
      that("its result names the newer commit", ran.document?.supersededBy === newer),
      that("no tenant was asked to go back", world.plane.moves().length === moves),
      fleetRuns(world, newer),
      latestIs(world, newer),
      await ledgerIs(world, newer),
    ];
  },
};
