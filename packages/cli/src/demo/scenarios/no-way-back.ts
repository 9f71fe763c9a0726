import { images } from "../configuration.ts";
import { ends, fleetRuns, latestIs, names, that } from "../outcomes.ts";
import type { Scenario } from "../scenario.ts";
import type { World } from "../world.ts";

/** The registry deletes the image that a rollback needs. */
export const noWayBack: Scenario = {
  name: "no-way-back",
  title: "a registry clean-up takes the previous release away",
  before:
    "Moving :latest left the previous release without a tag, and the registry deletes what has none. The first rollback that was needed failed on a digest that did not exist any more.",
  now: "Every promoted digest gets a tag of its own, which no promotion moves, so a clean-up leaves it alone. status and doctor say which of the last releases can still be pulled, before a rollback needs one.",
  world: { size: 3, configure: (text) => text.replace("promote:\n", "promote:\n  pin: false\n") },
  async play({ world, lateen, say }) {
    say("Nothing is pinned. Two releases, then the nightly clean-up: old staging tags, and manifests without a tag.");
    const lost = world.commits.at(-1) ?? "";
    await lateen(["ship", "--sha", lost]);
    const next = await world.release();
    await lateen(["ship", "--sha", next]);
    cleanUp(world, next);
    const warned = await lateen(["status"]);
    const refused = await lateen(["rollback", "--reason", "checkout fails"]);
    const without = [
      that("status says that the way back is gone", warned.answer.includes(`${lost.slice(0, 7)} (entry 1) gone`)),
      ends(refused, "refused", 3),
      names(refused, "does not exist"),
      fleetRuns(world, next),
    ];
    say("The same with promote.pin, as it is by default.");
    await world.configure((text) => text.replace("  pin: false\n", ""));
    const good = await world.release();
    await lateen(["ship", "--sha", good]);
    const bad = await world.release();
    await lateen(["ship", "--sha", bad]);
    cleanUp(world, bad);
    const status = await lateen(["status"]);
    say("Tenants pull a staging tag; the pin gives it back.");
    for (const image of images) {
      const pinned = `${world.registry.host}/${image}:release-${good.slice(0, 12)}`;
      await lateen(["retag", pinned, `staging-${good.slice(0, 7)}`]);
    }
    const back = await lateen(["rollback", "--reason", "checkout fails"]);
    return [
      ...without,
      that("status says that it is there", status.answer.includes(`${good.slice(0, 7)} (entry 3) pullable`)),
      ends(back, "shipped"),
      fleetRuns(world, good),
      latestIs(world, good),
    ];
  },
};

/** Keeps the newest staging tag, and what a tag leads to. */
function cleanUp({ registry }: World, newest: string): void {
  for (const image of images) {
    const { tags } = registry.store.repository(image);
    for (const tag of tags.keys())
      if (tag.startsWith("staging-") && tag !== `staging-${newest.slice(0, 7)}`) tags.delete(tag);
    registry.store.deleteUntagged(image);
  }
}
