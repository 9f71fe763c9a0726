import { ends, names, that } from "../outcomes.ts";
import type { Scenario } from "../scenario.ts";
import { longSoak } from "../configuration.ts";

/** Two environments whose journals are in one folder. */
export const wrongFleet: Scenario = {
  name: "wrong-fleet",
  title: "the journal of staging, found by production",
  before:
    "A journal held a commit and tenants, and not whose they were: production went on with the rollout that had died in staging, and posted its own tenants without a canary and without a soak.",
  now: "The first fact of a journal names its fleet: environment, control planes, proof. The unfinished rollout of another one is refused with both names, is not given up by mistake, and each environment has a folder and a ref of its own unless the configuration says otherwise.",
  world: {
    size: 6,
    configure: (text) =>
      longSoak(text).concat(
        "environments:\n  staging: { fleet: { journal: .lateen/shared } }\n  production: { fleet: { journal: .lateen/shared } }\n",
      ),
  },
  async play({ world, lateen, start, say }) {
    const sha = world.commits.at(-1) ?? "";
    const first = start(["rollout", "--sha", sha, "--env", "staging"]);
    await first.says("soaks until");
    first.kill();
    await first.ended;
    say("Killed in staging's soak. Production's job finds the journal.");
    const moved = world.plane.moves().length;
    const tried = [];
    for (const argv of [["--sha", sha], ["--resume"], ["--abandon"]])
      tried.push(await lateen(["rollout", ...argv, "--env", "production"]));
    const untouched = world.plane.moves().length === moved;
    const again = await lateen(["rollout", "--sha", sha, "--env", "staging"], { speed: 50 });
    return [
      ...tried.flatMap((ran) => [
        ends(ran, "refused", 3),
        names(ran, "environment staging"),
        names(ran, "environment production"),
      ]),
      that("production moved no tenant", untouched),
      ends(again, "shipped"),
      that("staging went on where it had stopped", again.progress.includes("continues from its journal")),
    ];
  },
};
