import { ends, fleetRuns, fleetUntouched, latestIs, ledgerIs, that } from "../outcomes.ts";
import type { Scenario } from "../scenario.ts";

/** The forge answers 502 while the gate reads. */
export const apiBlip: Scenario = {
  name: "api-blip",
  title: "the forge answers 502 when it is asked for the E2E run",
  before:
    "Any error of the API was folded into the words for no run, and no run was read as path-filtered: the commit was promoted untested. A later port turned the error into an empty list, with the same end.",
  now: "A read that failed is unknown, and unknown never opens: it is retried, then the job ends with exit 4 and nothing has moved. When the forge is back, the same command goes through.",
  async play({ world, lateen, say }) {
    const sha = world.commits.at(-1) ?? "";
    const end = world.forge.misbehave({ on: /\/actions\/(runs|workflows)/, status: 502, body: "<html>Bad Gateway" });
    say("From now on every list of runs is answered with 502.");
    const blip = await lateen(["ship", "--sha", sha], { speed: 20 });
    const untouched = [ends(blip, "unknown", 4), fleetUntouched(world), latestIs(world, world.commits[0] ?? "")];
    end();
    say("The forge is back.");
    const ran = await lateen(["ship", "--sha", sha]);
    return [
      ...untouched,
      that("the gate said unknown, not open", blip.document?.gate?.verdict === "unknown"),
      ends(ran, "shipped"),
      fleetRuns(world, sha),
      latestIs(world, sha),
      await ledgerIs(world, sha),
    ];
  },
};
