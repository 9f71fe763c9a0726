import { ends, latestIs, ledgerIs, that } from "../outcomes.ts";
import { images } from "../configuration.ts";
import type { Scenario } from "../scenario.ts";

/** The promoter dies between two tags. */
export const crashAfterCommit: Scenario = {
  name: "crash-after-commit",
  title: "the promoter dies when one of two tags has moved",
  before:
    "Two tags were moved one after the other, and nothing was recorded first: a crash between them left half of production on each commit, with no record of which half was meant.",
  now: "The entry in the ledger is the commit point, and tags follow it. A crash after it leaves a state that is known to be unfinished; reconcile, or the same command again, ends it. Only forward.",
  world: { configure: (text) => text.replace("settle: 5s", "settle: 60s") },
  async play({ world, lateen, start, say }) {
    const [base = "", sha = ""] = world.commits;
    const [platform, tenant] = images;
    const path = `/v2/${tenant}/manifests/latest`;
    const end = world.registry.misbehave({
      when: (request) => request.method === "PUT" && request.path === path,
      fault: { kind: "answer", status: 503 },
    });
    say(`The registry takes ${platform}:latest, and has no time for ${tenant}:latest.`);
    const promoter = start(["promote", "--sha", sha]);
    await promoter.says(`${platform}:latest`);
    promoter.kill();
    await promoter.ended;
    end();
    const between = world.latest();
    say("Killed with SIGKILL. The registry is well again.");
    const drift = await lateen(["status", "--fail-on-drift"]);
    const ran = await lateen(["reconcile"]);
    return [
      that("one tag had moved, the other had not", between.join() === [sha, base].join()),
      ends(drift, "refused", 3),
      ends(ran, "ok"),
      latestIs(world, sha),
      await ledgerIs(world, sha),
    ];
  },
};
