import { ends, latestIs, ledgerIs, that } from "../outcomes.ts";
import type { Scenario } from "../scenario.ts";

/** The control plane claims that it moved and verified a tenant, and did not. */
export const lyingControlPlane: Scenario = {
  name: "lying-control-plane",
  title: "the control plane claims a tenant that it left alone",
  before:
    "The word of the control plane was proof: a command that had succeeded counted as a tenant that runs the target, and that was once 30 minutes of old code behind a cached :latest.",
  now: "The truth is what a tenant itself answers. Two matching answers prove it, a row proves nothing. The tenant is named, the rollout halts, :latest stays.",
  async play({ world, lateen, say }) {
    const [base = "", sha = ""] = world.commits;
    say("The control plane leaves heath alone, and reports it as moved, healthy and verified.");
    world.plane.treat("heath", "lies");
    const ran = await lateen(["ship", "--sha", sha]);
    const heath = ran.document?.fleet?.tenants.find(({ slug }) => slug === "heath");
    return [
      ends(ran, "halted", 5),
      that("the account of heath says what it really runs", heath?.verdict === "failed" && heath.after === base),
      that("the result names heath as a straggler", ran.document?.fleet?.stragglers.includes("heath") === true),
      latestIs(world, base),
      await ledgerIs(world),
    ];
  },
};
