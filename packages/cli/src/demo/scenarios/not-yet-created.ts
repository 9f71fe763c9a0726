import { ends, fleetRuns, fleetUntouched, latestIs, names, that } from "../outcomes.ts";
import type { Scenario } from "../scenario.ts";

/** The forge has not created the E2E run yet when it is asked for it. */
export const notYetCreated: Scenario = {
  name: "not-yet-created",
  title: "the E2E run is not created yet when the gate looks",
  before:
    "No run was read as: the path filter left this commit out. But a run that the forge creates a minute later looks just the same, and so does one of a workflow that is disabled or was renamed: such commits went out untested.",
  now: "A missing run is proven, or it is unknown. The workflow file at that commit is read and its filter applied to every file of the push, and two looks must find no run. Here a run is due: the gate waits, it appears, and it is red.",
  world: { flavour: "github", commits: 0 },
  async play({ world, lateen, say }) {
    const [base = ""] = world.commits;
    const sha = await world.release({ e2e: undefined });
    say("The commit touches server/, the forge is slow: its run comes while the gate is looking, and turns red.");
    const [ran] = await Promise.all([
      lateen(["ship", "--sha", sha]),
      world.clock
        .sleep(700)
        .then(() => world.forge.setRun({ sha, file: "e2e.yml", status: "completed", conclusion: "failure" })),
    ]);
    const refused = [ends(ran, "refused", 3), names(ran, "e2e.yml"), fleetUntouched(world), latestIs(world, base)];
    say("The next commit repairs the server, and its run is green.");
    const repaired = await world.release({ message: "Repair the server" });
    const first = await lateen(["ship", "--sha", repaired]);
    say("One more touches only web/, which E2E does not cover. It has no run either, and never will.");
    const files = { "web/page.ts": "export {};\n" };
    const filtered = await world.release({ message: "Widen the page", files, e2e: undefined });
    const shipped = await lateen(["ship", "--sha", filtered]);
    const proof = shipped.document?.evidence?.some(
      ({ fact }) => fact.includes("server/**") && fact.includes("web/page.ts"),
    );
    return [
      ...refused,
      ends(first, "shipped"),
      ends(shipped, "shipped"),
      that("its evidence names the pattern and the file", proof === true),
      fleetRuns(world, filtered),
      latestIs(world, filtered),
    ];
  },
};
