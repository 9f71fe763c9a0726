import { ends, latestIs, ledgerIs, that } from "../outcomes.ts";
import type { Scenario } from "../scenario.ts";

const size = 40;
const waves = "waves: [1, 4, 25%]";

/** One tenant in ten breaks under the release. */
export const tenPercentBad: Scenario = {
  name: "ten-percent-bad",
  title: "a release under which one tenant in ten breaks",
  before:
    "The tolerance was per batch and summed up at the end: with one failure in each batch all of them went on, every tenant was rolled, and then the job said that more had failed than was allowed.",
  now: "The budget is one for the whole rollout, waves grow with what the evidence allows, and after each of them the bound on the failure rate is printed. The first tenant beyond the budget halts it.",
  world: { size, configure: (text) => text.replace(/batch: .*/, waves) },
  async play({ world, lateen, say }) {
    const [base = "", sha = ""] = world.commits;
    const bad = world.tenants.slugs().filter((_, index) => index % 10 === 7);
    say(`${size} tenants; ${bad.join(", ")} will not come up again under this release. ${waves}.`);
    for (const slug of bad) world.plane.treat(slug, "breaks");
    const ran = await lateen(["ship", "--sha", sha]);
    const moved = world.plane.moves().flat();
    const hurt = bad.filter((slug) => moved.includes(slug));
    const { fleet } = ran.document ?? {};
    return [
      ends(ran, "halted", 5),
      that(
        `${moved.length} of ${size} tenants were moved, ${hurt.length} of ${bad.length} hurt`,
        hurt.length < bad.length && moved.length <= size / 2,
      ),
      that(
        "the result names who was hurt",
        hurt.every((slug) => [...(fleet?.stragglers ?? []), ...(fleet?.unknown ?? [])].includes(slug)),
      ),
      that("the result accounts for all of them", fleet?.enumerated === size && fleet.tenants.length === size),
      that("the bound was printed", ran.progress.includes("failure rate is below")),
      latestIs(world, base),
      await ledgerIs(world),
    ];
  },
};
