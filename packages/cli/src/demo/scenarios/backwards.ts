import { ends, latestIs, ledgerIs, that } from "../outcomes.ts";
import type { Scenario } from "../scenario.ts";

/** Two releases end out of order. */
export const backwards: Scenario = {
  name: "backwards",
  title: "two fast merges, and their E2E runs end out of order",
  before:
    "Each commit had a concurrency group of its own, so both jobs compared with the same old :latest, both saw that they were ahead, and the slower, older one won: :latest moved backwards.",
  now: "The commit point is an entry in a git ref, appended by compare-and-swap; the job that comes second plans again, finds its commit behind, and is refused. :latest stays on the newer.",
  // Without the guard that would let the older one give way earlier, to show that the promotion itself is firm.
  world: { commits: 2, configure: (text) => text.replace(/^supersession:\n(?: .*\n)+/m, "supersession: false\n") },
  async play({ world, lateen, say }) {
    const [, older = "", newer = ""] = world.commits;
    say("The newer commit's tests are through first.");
    const first = await lateen(["promote", "--sha", newer]);
    const late = await lateen(["promote", "--sha", older]);
    return [
      ends(first, "shipped"),
      ends(late, "refused", 3),
      that("the refusal is about ancestry", /behind|older|ancest/i.test(late.document?.reason ?? "")),
      latestIs(world, newer),
      await ledgerIs(world, newer),
    ];
  },
};
