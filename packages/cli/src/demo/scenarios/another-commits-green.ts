import { checks } from "../configuration.ts";
import { ends, fleetRuns, fleetUntouched, latestIs, that } from "../outcomes.ts";
import type { Scenario } from "../scenario.ts";

/** The green status on a commit links to the run of the next one. */
export const anotherCommitsGreen: Scenario = {
  name: "another-commits-green",
  title: "the status on a commit is of a run of another commit",
  before:
    "Two pushes came within a moment. The forge wrote the status to the commit of the first push, but its run was of the tip, which was the second: the first commit, which nothing had tested, had a green check, and shipped.",
  now: "The run that a status links to is read. If it is of another commit, the check is unknown, and its evidence names that commit.",
  world: { commits: 0 },
  async play({ world, lateen, say }) {
    const [base = ""] = world.commits;
    const untested = await world.release({ checks: "pending" });
    const tip = await world.release({
      message: "Explain it",
      files: { "docs/a.md": "# A\n" },
      images: [],
      e2e: undefined,
    });
    const runId = world.forge.setRun({
      sha: tip,
      file: "ci.yml",
      name: "CI",
      status: "completed",
      conclusion: "success",
    });
    const context = checks[0];
    world.forge.setStatus({ sha: untested, context, state: "success", runId });
    world.forge.setStatus({ sha: untested, context: checks[1], state: "success" });
    const doubted = await lateen(["ship", "--sha", untested]);
    const named = doubted.document?.evidence?.some(({ fact }) => fact.includes(tip));
    const stopped = [
      ends(doubted, "unknown", 4),
      that("its evidence names the commit that the run is of", named === true),
      fleetUntouched(world),
      latestIs(world, base),
    ];
    say("A commit whose run is its own is green, and takes both along.");
    const tested = await world.release({ message: "Show it" });
    const shipped = await lateen(["ship", "--sha", tested]);
    return [...stopped, ends(shipped, "shipped"), fleetRuns(world, tested), latestIs(world, tested)];
  },
};
