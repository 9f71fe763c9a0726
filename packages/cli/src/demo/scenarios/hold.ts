import { ends, fleetRuns, fleetUntouched, latestIs, names } from "../outcomes.ts";
import type { Scenario } from "../scenario.ts";

/** An operator holds all releases on a git ref, and lifts the hold. */
export const hold: Scenario = {
  name: "hold",
  title: "an operator holds all releases on a git ref",
  before:
    "The switch was a variable of the repository, which only its owner may write and some tokens may not even read. At night the operator on duty could not stop a release.",
  now: "lateen hold writes who stops releases, and why, to a git ref: the right to push is enough. Every guard reads it, and a ref that cannot be read holds too.",
  world: {
    commits: 1,
    configure: (text) => text.replace("PROD_AUTO_DEPLOY_DISABLED }", "PROD_AUTO_DEPLOY_DISABLED, ref: true }"),
  },
  async play({ world, lateen, say }) {
    const [base = "", sha = ""] = world.commits;
    const armed = await lateen(["hold", "--reason", "the database is being moved"]);
    const stopped = await lateen(["ship", "--sha", sha]);
    const held = [
      ends(armed, "ok"),
      ends(stopped, "held"),
      names(stopped, "the database is being moved"),
      fleetUntouched(world),
      latestIs(world, base),
    ];
    say("The database is moved: the hold is lifted.");
    const lifted = await lateen(["hold", "--lift"]);
    const shipped = await lateen(["ship", "--sha", sha]);
    return [...held, ends(lifted, "ok"), ends(shipped, "shipped"), fleetRuns(world, sha), latestIs(world, sha)];
  },
};
