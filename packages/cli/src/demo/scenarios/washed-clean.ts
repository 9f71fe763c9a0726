import { ends, fleetRuns, fleetUntouched, latestIs, names, that } from "../outcomes.ts";
import type { Scenario } from "../scenario.ts";

/** A commit that E2E does not cover follows one whose E2E is red. */
export const washedClean: Scenario = {
  name: "washed-clean",
  title: "a commit without E2E run follows one whose run is red",
  before:
    "The gate asked whether a run was due for this push. A change of the server was refused, then a change of the web page, which E2E does not cover, was open, and took the refused change to production with it.",
  now: "The question is what the tree holds: an absent run inherits the verdict of the nearest commit before it that has one, down to the last promoted release.",
  world: { commits: 0 },
  async play({ world, lateen, say }) {
    const [base = ""] = world.commits;
    const red = await world.release({ e2e: "failure" });
    const first = await lateen(["ship", "--sha", red]);
    say("The next commit touches only web/. Its checks are green, and no E2E run is due for it.");
    const files = { "web/page.ts": "export {};\n" };
    const page = await world.release({ message: "Widen the page", files, e2e: undefined });
    const second = await lateen(["ship", "--sha", page]);
    const inherited = second.document?.evidence?.some(({ fact }) => fact.includes(red.slice(0, 7)));
    const refused = [
      ends(first, "refused", 3),
      ends(second, "refused", 3),
      names(second, "e2e.yml"),
      that("its evidence names the commit whose run is red", inherited === true),
      fleetUntouched(world),
      latestIs(world, base),
    ];
    say("A commit that repairs the server is green, and ships all three.");
    const repaired = await world.release({ message: "Repair the server" });
    const shipped = await lateen(["ship", "--sha", repaired]);
    return [...refused, ends(shipped, "shipped"), fleetRuns(world, repaired), latestIs(world, repaired)];
  },
};
