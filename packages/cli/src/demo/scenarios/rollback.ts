import { ends, fleetRuns, latestIs, ledgerIs, names, that } from "../outcomes.ts";
import type { Scenario } from "../scenario.ts";

/** A release is taken back, and automation does not fight the operator. */
export const rollback: Scenario = {
  name: "rollback",
  title: "an operator takes a release back, and it stays back",
  before:
    "The script kept one snapshot a day by name, so that the second rollback of a day went two versions back; it rolled the tenants and never looked whether they came up, and the next job promoted the bad release again.",
  now: "A rollback is a release like any other: the same steps, the fleet first and verified strictly, an entry with a reason and an actor. What was rolled back from is refused until a newer commit comes.",
  async play({ world, lateen, say }) {
    const good = world.commits.at(-1) ?? "";
    await lateen(["ship", "--sha", good]);
    const bad = await world.release();
    await lateen(["ship", "--sha", bad]);
    const ran = await lateen(["rollback", "--reason", "checkout fails for all users"]);
    const back = [ends(ran, "shipped"), fleetRuns(world, good), latestIs(world, good)];
    say("The job of the bad commit is started again.");
    const again = await lateen(["ship", "--sha", bad]);
    const refused = [ends(again, "refused", 3), names(again, "rollback-hold"), fleetRuns(world, good)];
    say("The repair is merged.");
    const repair = await world.release({ message: "Repair the checkout" });
    const last = await lateen(["ship", "--sha", repair]);
    return [
      ...back,
      ...refused,
      ends(last, "shipped"),
      fleetRuns(world, repair),
      latestIs(world, repair),
      await ledgerIs(world, repair, good, bad, good),
      that(
        "the reason is in the ledger",
        (await world.repository.git("log", "--format=%B", "refs/lateen/latest")).includes("checkout fails"),
      ),
    ];
  },
};
