import { ends, fleetRuns, latestIs, ledgerIs, that } from "../outcomes.ts";
import type { Scenario } from "../scenario.ts";

/** The newest commit changes the documentation only, so that nothing is released from it. */
export const docsOnlySuccessor: Scenario = {
  name: "docs-only-successor",
  title: "the newest commit changes only the documentation",
  before:
    "Superseded meant: the branch has another head. A commit that only touched the documentation superseded the release before it without making one itself, so that neither shipped.",
  now: "Only a newer commit with a release of its own supersedes: one that was published, or that touches what is released. The older one continues, and the newer one has nothing to do.",
  async play({ world, lateen, say }) {
    const sha = world.commits.at(-1) ?? "";
    const files = { "docs/invoices.md": "How to read an invoice.\n" };
    const docs = await world.release({ message: "Explain invoices", files, e2e: undefined, images: [] });
    say("A commit that touches only docs/ has become the head of main.");
    const asked = await lateen(["superseded", "--sha", sha]);
    const ran = await lateen(["ship", "--sha", sha]);
    say("A newer commit of the server is pushed. That one counts, with the documentation in between or not.");
    const server = await world.release();
    const late = await lateen(["superseded", "--sha", sha]);
    return [
      that("the commit before was still the latest, exit 10", asked.code === 10),
      ends(ran, "shipped"),
      that("the commit of the documentation was not named", ran.document?.supersededBy !== docs),
      fleetRuns(world, sha),
      latestIs(world, sha),
      await ledgerIs(world, sha),
      that(
        "then it was superseded by the commit of the server, exit 0",
        late.code === 0 && late.answer.trim() === server,
      ),
    ];
  },
};
