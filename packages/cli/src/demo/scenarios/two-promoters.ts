import { ends, latestIs, ledgerIs, that } from "../outcomes.ts";
import { images } from "../configuration.ts";
import type { Ran } from "../program.ts";
import type { Scenario } from "../scenario.ts";

/** A slow promoter of an older commit writes its tag after a newer one has finished. */
export const twoPromoters: Scenario = {
  name: "two-promoters",
  title: "the older promotion's write lands after the newer's",
  before:
    "No registry can compare and swap a tag. The job that looked first and wrote last won, and both jobs were green: :latest was the older commit, and the next tenant that started pulled it.",
  now: "Each has an entry in the ledger, in the order in which git accepted them. The older one reads the ledger again after its write, finds that it has moved on, and puts the tags right before it ends.",
  world: { commits: 2, configure: (text) => text.replace(/^supersession:\n(?: .*\n)+/m, "supersession: false\n") },
  async play({ world, lateen, say }) {
    const [, older = "", newer = ""] = world.commits;
    const path = `/v2/${images[0]}/manifests/latest`;
    let second: Ran | undefined;
    world.registry.misbehave({
      when: (request) => request.method === "PUT" && request.path === path,
      times: 1,
      fault: {
        kind: "interleave",
        async act(phase) {
          if (phase === "after") return say("Only now does the registry carry out the older one's write.");
          say("The registry delays this write. In the meantime the newer commit is promoted, from start to end:");
          second = await lateen(["promote", "--sha", newer]);
        },
      },
    });
    const first = await lateen(["promote", "--sha", older]);
    return [
      that("the newer promotion ended shipped", second?.document?.outcome === "shipped"),
      ends(first, "superseded"),
      that("the older one names the newer", first.document?.supersededBy === newer),
      latestIs(world, newer),
      await ledgerIs(world, newer, older),
    ];
  },
};
