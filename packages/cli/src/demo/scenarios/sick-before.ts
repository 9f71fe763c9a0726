import { ends, latestIs, ledgerIs, that } from "../outcomes.ts";
import type { Scenario } from "../scenario.ts";

/** A tenant was broken before the rollout began. */
export const sickBefore: Scenario = {
  name: "sick-before",
  title: "one tenant is down before anything is moved",
  before:
    "A tenant with a wedged data volume blocked every deploy; tolerating one straggler per batch was the way out, and that tolerance then let a different one fail in every batch.",
  now: "Every tenant is asked before the first move. A tenant that is broken then is quarantined: it is not evidence against the release and does not halt it, but it is named, and it counts against maxStragglers in the final coverage.",
  world: { configure: (text) => text.replace("maxStragglers: 0", "maxStragglers: 1") },
  async play({ world, lateen, say }) {
    const sha = world.commits.at(-1) ?? "";
    say("islet does not answer at all. One straggler is allowed.");
    world.tenants.set("islet", { manner: "down" });
    const ran = await lateen(["ship", "--sha", sha]);
    const { fleet } = ran.document ?? {};
    const shipped = [
      ends(ran, "shipped"),
      that("11 of 12 are verified", fleet?.verified === 11 && fleet.enumerated === 12),
      that("islet is named as quarantined", fleet?.quarantined.join() === "islet"),
      latestIs(world, sha),
      await ledgerIs(world, sha),
    ];
    say("The next release; now amber is down as well, and the same one straggler is allowed.");
    world.tenants.set("amber", { manner: "down" });
    const next = await world.release();
    const second = await lateen(["ship", "--sha", next]);
    return [
      ...shipped,
      ends(second, "halted", 5),
      that("both are named", second.document?.fleet?.quarantined.toSorted().join() === "amber,islet"),
      latestIs(world, sha),
    ];
  },
};
