import { ends, latestIs, ledgerIs, that } from "../outcomes.ts";
import type { Scenario } from "../scenario.ts";

/** A tenant with two replicas of which one was not replaced. */
export const twoVersions: Scenario = {
  name: "two-versions",
  title: "one replica of a tenant stays on the old version",
  before:
    "A tenant was proven by two matching answers. With one stale replica of two behind a balancer, nine tenants in ten gave them by chance, and half of their customers went on with the old version.",
  now: "A look is several requests side by side, each on a connection of its own, that must agree. A disagreement starts the proof again with twice as many, and a tenant that keeps showing both is `mixed`: off target, with the count of what it said.",
  async play({ world, lateen, say }) {
    const [base = "", sha = ""] = world.commits;
    world.plane.treat("birch", "halves");
    say("birch has two replicas; one of them stays where it is, whatever the control plane says.");
    const ran = await lateen(["ship", "--sha", sha]);
    const line = ran.document?.fleet?.tenants.find(({ slug }) => slug === "birch");
    return [
      ends(ran, "halted", 5),
      that(`birch is ${line?.verdict ?? "not there"}: ${line?.reason ?? ""}`, line?.verdict === "mixed"),
      that("it is a straggler", ran.document?.fleet?.stragglers.includes("birch") === true),
      latestIs(world, base),
      await ledgerIs(world),
    ];
  },
};
