import { ends, fleetRuns, fleetUntouched, latestIs, ledgerIs, that } from "../outcomes.ts";
import type { Scenario } from "../scenario.ts";

/** The E2E run was cancelled: neither green nor red. */
export const cancelledE2e: Scenario = {
  name: "cancelled-e2e",
  title: "the E2E run of a commit was cancelled",
  before:
    "A group per commit cancelled an older E2E run, the promotion aborted although nothing had failed, and the cleanup was manual. A later port could not even distinguish the two: that forge reports a cancelled job as failed.",
  now: "Cancelled is not failed: the release is deferred, which is not red, and nothing moves. Since there is no newer commit to decide, the job warns that the run has to be started again.",
  world: { flavour: "github", commits: 0 },
  async play({ world, lateen, say }) {
    const [base = ""] = world.commits;
    const sha = await world.release({ e2e: "cancelled" });
    const waiting = await lateen(["ship", "--sha", sha]);
    const deferred = [
      ends(waiting, "deferred"),
      that("the gate said defer, not closed", waiting.document?.gate?.verdict === "defer"),
      that("it said that nothing will decide by itself", /start/.test(waiting.document?.reason ?? "")),
      fleetUntouched(world),
      latestIs(world, base),
    ];
    say("A person starts the run again, and it turns green.");
    world.forge.setRun({ sha, file: "e2e.yml", status: "completed", conclusion: "success" });
    const shipped = await lateen(["ship", "--sha", sha]);
    return [
      ...deferred,
      ends(shipped, "shipped"),
      fleetRuns(world, sha),
      latestIs(world, sha),
      await ledgerIs(world, sha),
    ];
  },
};
