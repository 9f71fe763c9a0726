import { ends, latestIs, ledgerIs, that } from "../outcomes.ts";
import type { Scenario } from "../scenario.ts";

const size = 12;

/** The release runs well for two seconds. */
export const lateDeath: Scenario = {
  name: "late-death",
  title: "a release that dies two seconds after its start",
  before:
    "Each tenant was proven once and never looked at again: the release died behind the rollout, which moved every tenant, and only the last sweep saw that all of them were down.",
  now: "Before each wave every tenant that was moved so far is looked at once more. Two bad looks in a row are a failure against the same budget, and the rollout stops while most of the fleet still runs what it ran.",
  world: {
    size,
    diesAfterMs: 2_000,
    configure: (text) =>
      text
        .replace(/soak: .*/, "soak: 500ms")
        .replace(/batch: .*/, "batch: 1")
        .replace(/interval: \w+/, "interval: 250ms"),
  },
  async play({ world, lateen, say }) {
    const [base = "", sha = ""] = world.commits;
    say("Every tenant that runs the release is down two seconds later. One tenant at a time, soak 500ms.");
    const ran = await lateen(["ship", "--sha", sha]);
    const moved = world.plane.moves().flat();
    const { reason = "" } = ran.document ?? {};
    return [
      ends(ran, "halted", 5),
      that(`${moved.length} of ${size} tenants were moved`, moved.length > 0 && moved.length <= size / 2),
      that("the canary, which died first, is why", reason.includes("canary-a")),
      that(
        "the others still run what they ran",
        world.tenants.slugs().filter((slug) => world.tenants.get(slug).sha === base).length === size - moved.length,
      ),
      latestIs(world, base),
      await ledgerIs(world),
    ];
  },
};
