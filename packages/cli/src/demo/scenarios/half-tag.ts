import { ends, fleetUntouched, latestIs, ledgerIs, names } from "../outcomes.ts";
import type { Scenario } from "../scenario.ts";

/** One of two images lacks the candidate. */
export const halfTag: Scenario = {
  name: "half-tag",
  title: "one of two images was never pushed",
  before:
    "Where the sources were not all looked at first, the first :latest moved and the second failed: half of production on the new commit, half on the old. A crash or a 5xx between the two moves ended the same way.",
  now: "Every candidate must exist in every registry before the first tenant moves; then one entry of the ledger moves all tags, and whatever is left behind is repaired from it.",
  async play({ world, lateen }) {
    const base = world.commits[0] ?? "";
    const sha = await world.release({ message: "Push only one image", images: ["acme/platform"] });
    const ran = await lateen(["ship", "--sha", sha]);
    return [
      ends(ran, "refused", 3),
      names(ran, "acme/platform-tenant"),
      fleetUntouched(world),
      latestIs(world, base),
      await ledgerIs(world),
    ];
  },
};
