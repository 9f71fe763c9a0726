import { ends, fleetRuns, latestIs, ledgerIs, that } from "../outcomes.ts";
import type { Scenario } from "../scenario.ts";
import { longSoak } from "../configuration.ts";

/** The runner dies while the canary soaks. */
export const crashInSoak: Scenario = {
  name: "crash-in-soak",
  title: "the runner dies while the canary soaks",
  before:
    "The soak was a sleep in a script and the results were written once, at the end: a process that died in between lost everything, and the next run posted the canary and every finished tenant again.",
  now: "Each intent and each outcome is in a journal before the next step. The next run takes the lock of the dead one over, observes what is unclear, waits only for what is left of the soak, and posts no proven tenant twice.",
  // The soak outlasts every pause of the machine between the line of the one process and the signal of the other.
  world: { configure: longSoak },
  async play({ world, lateen, start, say }) {
    const sha = world.commits.at(-1) ?? "";
    const first = start(["ship", "--sha", sha]);
    await first.says("soaks until");
    first.kill();
    await first.ended;
    say("Killed with SIGKILL in the soak. The same job is started again.");
    const posted = world.plane.moves().flat();
    const ran = await lateen(["ship", "--sha", sha], { speed: 50 });
    const moves = world.plane.moves().flat();
    return [
      that("only the canary had been posted when it died", posted.join() === "canary-a"),
      that("the second run continued the journal", ran.progress.includes("continues from its journal")),
      that("every tenant was posted exactly once", moves.length === 12 && new Set(moves).size === 12),
      ends(ran, "shipped"),
      fleetRuns(world, sha),
      latestIs(world, sha),
      await ledgerIs(world, sha),
    ];
  },
};
